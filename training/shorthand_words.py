"""Words of doctors' shorthand as Indian case notes have it, collected for made training sentences.

Each name is a list with "|" between its items. Larger lists (drugs, diseases, test names) come from the data folder.
"""

SYMPTOMS = """
fever | high grade fever | low grade fever | cough | dry cough | productive cough | cough with expectoration | cold
coryza | running nose | nasal block | sneezing | sore throat | throat pain | odynophagia | dysphagia
hoarseness of voice | ear ache | ear discharge | tinnitus | hearing loss | vertigo | giddiness | dizziness
head reeling | head is spinning | headache | heaviness of head | photophobia | blurring of vision | diplopia
redness of eyes | watering of eyes | eye pain | vomiting | nausea | loose motions | loose stools | diarrhoea
constipation | pain abd | pain abdomen | abd pain | epigastric pain | abdominal distension | bloating | gas
acidity | heartburn | burning epigastrium | belching | loss of appetite | LOA | decreased appetite | wt loss
weight loss | weight gain | hematemesis | melena | bleeding PR | bleeding per rectum | pain during defecation
jaundice | yellowish discolouration of eyes | itching | rash | skin rash | urticaria | hair fall | pigmentation
burning micturition | dysuria | increased frequency of urine | polyuria | nocturia | hematuria | urgency
urinary retention | dribbling of urine | flank pain | loin pain | white discharge | discharge PV | bleeding PV
irregular menses | heavy menstrual bleeding | amenorrhea | lower abd pain | dysmenorrhea | infertility | chest pain
chest tightness | chest heaviness | SOB | breathlessness | shortness of breath | DOE | dyspnoea on exertion | PND
orthopnea | palpitations | sweating | profuse sweating | syncope | LOC | loss of consciousness | seizures | fits
convulsions | altered sensorium | weakness of rt side | Lt sided weakness | hemiparesis | slurring of speech
facial deviation | tingling | numbness | tingling in hands | burning feet | generalised weakness | gen weakness
easy fatigability | fatigue | malaise | body ache | bodyache | myalgia | joint pains | joint pain
multiple joint pains | morning stiffness | knee pain | B/L knee pain | low backache | LBA | back pain | neck pain
shoulder pain | heel pain | swelling of feet | pedal edema | facial puffiness | leg cramps | insomnia
disturbed sleep | anxiety | low mood | forgetfulness | tremors | chills | rigors | chills & rigors | night sweats
hemoptysis | wheezing | wheeze | noisy breathing | snoring | excessive crying | poor feeding | not feeding well
lethargy | irritability | ghabrahat | gabhrahat | uneasiness | restlessness | dryness of mouth | oral ulcers
tooth ache | bleeding gums | gum swelling | breast lump | neck swelling | swelling over neck | lump in breast
wound | bleeding | pus discharge | fall | pallor | icterus | cyanosis | clubbing | lymphadenopathy | edema | crepts
crepitations | rhonchi | murmur | tenderness | guarding | rigidity | hepatomegaly | splenomegaly | ascites
dehydration | tachycardia | bradycardia | hypotension | hypoxia | tachypnea | neck rigidity | neck stiffness
papilledema | rebound tenderness
"""

DISEASES = """
Dm2 | DM2 | T2DM | T2 DM | DM | DM type 2 | type 2 DM | T1DM | diabetes | diabetes mellitus
type 2 diabetes mellitus | IDDM | GDM | htn | HTN | HT | SHTN | hypertension | high BP | high blood pressure | HTn
ckd | CKD | CKD stage 3 | CKD 5 | ESRD | CRF | AKI | ARF | CAD | cad | IHD | ihd | ACS | MI | old MI | AWMI | IWMI
NSTEMI | STEMI | angina | unstable angina | CCF | CHF | LVF | HFrEF | heart failure | RHD | AF | atrial fibrillation
CHB | DCM | severe MR | MS | AS | PAH | copd | COPD | AECOPD | asthma | BA | bronchial asthma | LRTI | lrti | URTI
urti | URI | pneumonia | CAP | bronchitis | bronchiectasis | ILD | pleural effusion | TB | PTB | pulmonary TB
Koch's | tuberculosis | MDR TB | TBM | ARDS | OSA | COVID | covid 19 | dengue | dengue fever | malaria | typhoid
enteric fever | viral fever | viral hepatitis | leptospirosis | scrub typhus | chikungunya | AGE
acute gastroenteritis | APD | GERD | GORD | gastritis | peptic ulcer | PUD | IBS | cholelithiasis | GB stones
gall stones | cholecystitis | pancreatitis | acute appendicitis | appendicitis | hernia | inguinal hernia
umbilical hernia | piles | haemorrhoids | fissure in ano | fistula in ano | CLD | DCLD | cirrhosis
cirrhosis of liver | fatty liver | NAFLD | alcoholic liver disease | hepatitis B | hepatitis C | UTI | uti
pyelonephritis | renal stone | renal calculi | ureteric calculus | hydronephrosis | BPH | bph | BEP | prostatitis
nephrotic syndrome | hydrocele | CVA | cva | TIA | stroke | paralysis | epilepsy | seizure disorder | migraine
Parkinson's | parkinsonism | dementia | meningitis | GBS | neuropathy | diabetic neuropathy | diabetic nephropathy
diabetic retinopathy | cervical spondylosis | lumbar spondylosis | PIVD | sciatica | OA | OA knee | osteoarthritis
RA | rheumatoid arthritis | SLE | gout | hyperuricemia | osteoporosis | frozen shoulder | plantar fasciitis
fracture | # NOF | fracture femur | # shaft of humerus | hypothyroid | hypothyroidism | hyperthyroidism
thyrotoxicosis | goitre | dyslipidemia | hyperlipidemia | obesity | anaemia | anemia | iron deficiency anemia | IDA
B12 deficiency | vit D deficiency | thalassemia | sickle cell disease | ITP | dyselectrolytemia | hyponatremia
hypokalemia | hyperkalemia | DKA | hypoglycemia | sepsis | septic shock | cellulitis | diabetic foot | abscess | DVT
PE | varicose veins | PVD | carcinoma breast | Ca breast | ca lung | Ca cervix | ca stomach | lymphoma | leukemia
CML | multiple myeloma | fibroid uterus | PCOD | PCOS | PID | PIH | eclampsia | ovarian cyst | cataract | glaucoma
conjunctivitis | dry eye | otitis media | CSOM | ASOM | sinusitis | tonsillitis | pharyngitis | allergic rhinitis
DNS | psoriasis | eczema | scabies | tinea | tinea corporis | vitiligo | acne | acne vulgaris | herpes zoster | HIV
PLHA | syphilis | depression | schizophrenia | BPAD | alcohol dependence | ADS | OCD | poisoning | OP poisoning
snake bite | head injury | RTA | SDH | EDH | SAH | ICH | hypertensive emergency | autism | cerebral palsy | ADHD
febrile seizures
"""

TESTS = """
CBC | cbc | Hb | Hb% | TLC | DLC | ESR | CRP | PS | peripheral smear | platelet count | plt | LFT | lft | RFT | KFT
S. creat | S. creatinine | s creat | Sr creatinine | creatinine | B. urea | bl urea | urea | BUN | eGFR | uric acid
S. uric acid | RBS | FBS | fbs | PPBS | ppbs | BSL | BSF | BSPP | GRBS | CBG | HbA1c | hba1c | OGTT | TSH | TFT
T3 T4 TSH | FT4 | lipid profile | S. cholesterol | LDL | S. bilirubin | T. bil | SGOT | SGPT | AST | ALT | ALP | GGT
S. albumin | S. amylase | S. lipase | S. electrolytes | S. Na | S. K | Na+ | K+ | S. calcium | vit D3 | vit B12
S. ferritin | iron studies | TIBC | PT INR | PT/INR | INR | aPTT | BT CT | D-dimer | trop T | trop I | troponin
CPK-MB | NT-proBNP | BNP | ABG | S. lactate | procalcitonin | urine R/M | urine routine | urine c/s | urine culture
UPT | urine ACR | 24 hr urine protein | stool R/M | stool for occult blood | blood c/s | blood culture | sputum AFB
sputum for AFB | CBNAAT | GeneXpert | Mantoux | dengue NS1 | dengue serology | NS1 antigen | Widal | MP | MP smear
PS for MP | RDT malaria | HBsAg | anti HCV | HIV ELISA | VDRL | RA factor | anti CCP | ANA | ASO titre | PSA
CA 125 | CEA | AFP | beta hCG | AMH | FSH | LH | prolactin | ECG | ecg | EKG | 2D echo | 2d echo | echo | ECHO | TMT
stress test | holter | ABPM | CXR | cxr | X-ray chest PA | chest x-ray | X ray KUB | USG | USG abdomen | USG A+P
USG abd & pelvis | USG KUB | TVS | NT scan | anomaly scan | CT head | CT brain | NCCT head | CECT abdomen | CT KUB
HRCT chest | HRCT thorax | CTPA | CT angio | MRI brain | MRI LS spine | MRI spine | MRCP | EEG | NCV | EMG | PFT
spirometry | PEFR | DEXA scan | mammography | pap smear | fundus exam | fundoscopy | audiometry | doppler
venous doppler | carotid doppler | PET CT | bone scan | BP | bp | PR | pulse | HR | RR | SpO2 | spo2 | temp | JVP
GCS | BMI | semen analysis | biopsy report | HPE | FNAC report | CSF analysis | pleural fluid analysis
ascitic fluid analysis
"""

IMAGING = (
    "X-ray | X ray | xray | CT | NCCT | CECT | HRCT | MRI | CEMRI | USG | ultrasound | doppler | CT scan | MRI scan"
)

PROCEDURES = """
CABG | cabg | PTCA | PTCA to LAD | PCI | angioplasty | CAG | angiography | coronary angiography | thrombolysis
pacemaker implantation | PPI implantation | valve replacement | MVR | AVR | DVR | BMV | ICD implantation
RF ablation | appendectomy | appendicectomy | lap appendectomy | lap chole | lap cholecystectomy | cholecystectomy
hernioplasty | hernia repair | mesh repair | haemorrhoidectomy | fissurectomy | fistulectomy | laparotomy
exploratory laparotomy | colostomy | LSCS | lscs | hysterectomy | TAH | TAH BSO | D&C | MTP | tubectomy
lap ligation | vasectomy | myomectomy | TURP | turp | DJ stenting | URSL | PCNL | ESWL | lithotripsy | nephrectomy
circumcision | hydrocelectomy | ORIF | CRIF | TKR | B/L TKR | THR | arthroscopy | ACL reconstruction | amputation
BK amputation | spinal fusion | laminectomy | discectomy | craniotomy | burr hole | VP shunt | tonsillectomy
adenotonsillectomy | FESS | septoplasty | mastoidectomy | cataract surgery | phaco with IOL | SICS | vitrectomy
laser photocoagulation | trabeculectomy | thyroidectomy | mastectomy | MRM | lumpectomy | dialysis | hemodialysis
HD | MHD | CAPD | renal transplant | kidney transplant | liver transplant | BMT | AV fistula creation
blood transfusion | PRBC transfusion | BT | endoscopy | UGI endoscopy | UGIE | OGD scopy | colonoscopy
sigmoidoscopy | ERCP | EVL | banding | bronchoscopy | biopsy | liver biopsy | renal biopsy | skin biopsy
bone marrow biopsy | FNAC | LP | lumbar puncture | ICD insertion | pleural tapping | ascitic tapping | paracentesis
thoracentesis | intubation | mechanical ventilation | tracheostomy | NIV | BiPAP | chemotherapy | chemo
radiotherapy | RT | I & D | I&D | incision and drainage | debridement | dressing | suturing | suture removal
POP cast | slab application | traction | physiotherapy | nebulization | catheterisation | Foley's catheterisation
RT insertion | gastric lavage | enema | skin grafting | root canal treatment | RCT | extraction | tooth extraction
scaling | ear syringing | septal cautery | sleeve gastrectomy | bariatric surgery | cardioversion | CPR
central line insertion | nerve block
"""

SITES = """
chest | abdomen | abd | head | neck | brain | spine | LS spine | C spine | back | low back | lower back | knee
shoulder | elbow | wrist | hand | foot | feet | ankle | hip | thigh | leg | legs | arm | forearm | heel | toe
great toe | finger | index finger | face | scalp | eye | eyes | ear | nose | throat | oral cavity | tongue | lip
gums | jaw | breast | axilla | groin | pelvis | perineum | scrotum | testis | liver | spleen | kidney | lungs | lung
heart | stomach | gall bladder | GB | pancreas | prostate | uterus | ovary | thyroid | bladder | urinary bladder
rectum | RIF | RHC | LIF | epigastrium | umbilicus | flank | loin | calf | shin | buttock | palms | soles | trunk
skin | limbs | lower limbs | upper limb | both LL | LL | UL | P/A | nail | cheek | forehead | temple | sternum
ribs
"""

SIDES = "rt | Rt | right | R | lt | Lt | left | L | b/l | B/L | both | bilateral"

ACHES = """
is spinning | is paining | is hurting | hurts | is burning | feels heavy | is swollen | is itching | is throbbing
feels numb | is aching | keeps aching | is stiff | is reeling | burns | is bleeding | goes numb | is blocked
"""

DRUGS = """
PCM | paracetamol | Dolo | Dolo 650 | Crocin | Calpol | metformin | Metformin | Glycomet | glimepiride | Amaryl
gliclazide | Galvus | vildagliptin | sitagliptin | Januvia | dapagliflozin | Forxiga | empagliflozin | teneligliptin
insulin | Inj insulin | Mixtard | human mixtard | Lantus | Actrapid | Novomix | Huminsulin | glargine | amlodipine
Amlo | Amlong | Stamlo | telmisartan | Telma | Telma H | losartan | ramipril | Cardace | enalapril | metoprolol
Met XL | atenolol | bisoprolol | nebivolol | carvedilol | Cilacar | HCTZ | chlorthalidone | Lasix | furosemide
Dytor | torsemide | Aldactone | spironolactone | aspirin | ASA | Ecosprin | Ecosprin AV | clopidogrel | Clopilet
Deplatt | atorvastatin | Atorva | rosuvastatin | Rosuvas | NTG | GTN | sorbitrate | Sorbitrate | heparin | LMWH
Clexane | enoxaparin | warfarin | Acitrom | digoxin | amiodarone | thyroxine | Thyronorm | Eltroxin | carbimazole
pantoprazole | Pan | Pan 40 | Pan D | Pantocid | omeprazole | Omez | rabeprazole | Razo | Rantac | ranitidine
sucralfate | Gelusil | Digene | ondansetron | Emeset | Ondem | domperidone | Domstal | Perinorm | Buscopan
Cyclopam | Meftal spas | Drotin | ORS | Sporlac | racecadotril | Redotil | lactulose | Duphalac | Cremaffin
isabgol | Augmentin | Moxikind CV | amoxicillin | Mox | azithromycin | Azee | Azithral | cefixime | Taxim O | Zifi
ceftriaxone | Monocef | Taxim | Piptaz | meropenem | Magnex | ciprofloxacin | Cifran | levofloxacin | ofloxacin
Oflox | metronidazole | Flagyl | Metrogyl | nitrofurantoin | Niftran | doxycycline | Doxy | linezolid | vancomycin
amikacin | gentamicin | ATT | AKT4 | rifampicin | INH | isoniazid | pyrazinamide | ethambutol | artesunate
chloroquine | HCQ | ivermectin | albendazole | Zentel | fluconazole | itraconazole | acyclovir | Tamiflu
oseltamivir | cetirizine | Cetzine | levocetirizine | Levocet | Montair LC | Montek LC | montelukast | Allegra
fexofenadine | Avil | chlorpheniramine | Ascoril | Grilinctus | Benadryl | Asthalin | salbutamol | levosalbutamol
Budecort | budesonide | Duolin | Foracort | Seroflo | tiotropium | Deriphyllin | theophylline | prednisolone
Wysolone | Omnacortil | hydrocortisone | Efcorlin | dexamethasone | Dexa | methylprednisolone | MTX | methotrexate
sulfasalazine | leflunomide | colchicine | allopurinol | Zyloric | febuxostat | diclofenac | Voveran | aceclofenac
Zerodol P | Zerodol SP | ibuprofen | Combiflam | Brufen | tramadol | Ultracet | etoricoxib | naproxen | Myoril
thiocolchicoside | pregabalin | gabapentin | Gabapin NT | amitriptyline | Tryptomer | nortriptyline | duloxetine
escitalopram | Nexito | sertraline | fluoxetine | clonazepam | Lonazep | alprazolam | Alprax | Restyl | zolpidem
olanzapine | risperidone | quetiapine | lithium | phenytoin | Eptoin | levetiracetam | Levipil | valproate
Encorate | carbamazepine | Tegretol | Syndopa | levodopa | pacitane | donepezil | betahistine | Vertin | Stugeron
cinnarizine | Stemetil | prochlorperazine | Shelcal | calcium | Calcirol | vit D3 sachet | Uprise D3 | B complex
Becosules | Neurobion Forte | methylcobalamin | Nurokind | folic acid | Folvite | Livogen | Orofer XT | iron | FCM
tamsulosin | Urimax | finasteride | Silodal | Cital | OCP | OCPs | clomiphene | letrozole | Duphaston | Susten
progesterone | oxytocin | misoprostol | mifepristone | tranexamic acid | Pause | Trapic | tetanus toxoid | TT
Betadine | Soframycin | T-Bact | mupirocin | clotrimazole | Candid | Betnovate | Tenovate | permethrin
Ciplox eye drops | Moxiflox e/d | timolol | IVF NS | NS | RL | DNS | DNS drip | mannitol | Optineuron | atropine
adrenaline | noradrenaline | dopamine | KCl | sodium bicarbonate | PPI
"""
