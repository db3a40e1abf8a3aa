"""Templates of made shorthand: ``{slot}`` is one item, ``{slot+}`` a list of one to four, ``{=word}`` a problem.

Entities are what the slots symptom, disease, ache, drug, test, image, procedure and site are filled with. The other
slots (`FILLERS`) are words around them; there ``#a-b`` is a number in that range.
"""

_TEMPLATES = """
Pt c/o {symptom+} since {since}
c/o {symptom+} x {days}
C/o {symptom}, {symptom} since {since}, no {symptom}
Pt. complains of {symptom+} for {days}
{age} {sex} c/o {symptom+} since {since}
{age}/{sexletter} with {symptom+}
{age} old {sex} k/c/o {disease+} now with {symptom+}
{age} {sex} presented with {symptom} and {symptom} of {days} duration
came with {symptom+} since {since}
{symptom+} since {since}
{symptom+} x {days}
{symptom} since {since}. No {symptom}. No {symptom}
No c/o {symptom+}
no {symptom+}
No h/o of {disease+}
No h/o {disease+}
No h/o of {disease}, {disease}
no history of {disease+}
N/k/c/o {disease+}
Not a k/c/o {disease+}
No e/o {disease+}
no e/o {symptom+}
denies {symptom+}
Denies any h/o {disease+} or {symptom}
k/c/o {disease+}
K/C/O {disease+} on {drug+}
k/c/o {disease} since {years} on {drug} {dose} {freq}
k/c/o {disease} on Tab {drug} {dose} {freq}, Tab {drug} {dose} {freq}
Known case of {disease+} on Rx
known {disease} on {drug+}
h/o {disease} {years} back
H/o {disease+}
h/o {procedure} in {year}
h/o {symptom} on and off
Old c/o {disease}
Past h/o {disease+}, s/p {procedure} {year}
s/p {procedure}
s/p {procedure} {year}
S/P {procedure} for {disease} in {year}
status post {procedure} {years} ago
underwent {procedure} {years} back
POD {num} of {procedure}
post {procedure} day {num}
Planned for {procedure}
posted for {procedure} tomorrow
adv {procedure}
F/H of {disease+}
F/H/O {disease} in {relative}
Family h/o {disease+}
FHx: {disease} - {relative}
{relative} had {disease}
{relative} is k/c/o {disease+}
Mother had {disease}, father {disease}
?{disease}
?{disease}, adv {test}
? {disease} ? {disease}
?{disease} / ?{disease}
?{disease}, adv {image}
r/o {disease}
R/o {disease}, send {test+}
TRO {disease}
s/o {disease}
{image} s/o {disease}
Imp: {disease}
Imp - ?{disease}
Dx: {disease+}
Provisional diagnosis: {disease} with {disease}
Diagnosis - {disease}
D/D {disease}, {disease}
a/c {disease}
Acute exacerbation of {disease}
{disease} under evaluation
{disease} - well controlled on {drug}
uncontrolled {disease}
c/o {disease} with {symptom}
adv {test+}
Adv: {test+}
Adv {image}
adv {image}, {test+}
Ix: {test+}
Send {test+}
send {test}, {test}, {test}
Rpt {test} after {days}
repeat {test} & {test}
{test+}, {test}
{test+} WNL
{test} normal
{test} {value}
{test} - {value}, {test} - {value}
{test} {value} {test} {value} {test} {value}
{test}: {value} {unit}
{test} was {value} {unit}
O/E {test} {value}, {test} {value}
Vitals: {test} {value}, {test} {value}
{test} s/o {disease}
{test} shows {disease}
{test} -ve
{test} +ve
{test} not done
{image} normal
{image} shows {symptom}
{image} awaited
Plan {image} and {test}
review with {test+} reports
f/u with {test+}
Tab {drug} {dose} {freq} x {days}
Tab {drug} {dose} {freq}
Tab. {drug} {freq}
T. {drug} {dose} {freq} x {days}
Tab {drug} {dose} sos
Cap {drug} {dose} {freq} x {days}
Syp {drug} {volume} {freq}
Syr. {drug} {volume} {freq} x {days}
Inj {drug} {dose} iv {freq}
Inj. {drug} {dose} im stat
{drug} nasal spray
{drug} cream L/A {freq}
{drug} e/d {freq}
Neb with {drug} {freq}
Rx {drug} {dose} {freq}
Rx: Tab {drug} {dose} {freq}, Cap {drug} {freq}
1. Tab {drug} {dose} 2. Tab {drug} {dose} 3. Syp {drug}
Tab {drug} {freq} for {symptom}
Tab {drug} {dose} sos for {symptom}
on {drug+}
On T. {drug} {dose} {freq}
on {drug} for {disease}
Ct {drug+}
cont {drug}, {drug}
Stop {drug}
stopped {drug} {years} back
start {drug} {dose} {freq}
Started on {drug} for {disease}
{drug} {dose} {freq} {days}
{drug} {dose}, {drug} {dose}
Add {drug}
inc {drug} to {dose}
Allergic to {drug}
allergy: {drug}
developed {symptom} after taking {drug}
{symptom} due to {drug}
No relief with {drug}
not on {drug}
non compliant to {drug}
given {drug} and {drug} in casualty
treated with {drug} for {disease}
pt took {drug} for {symptom}
{symptom} in {site}
{symptom} over {site} since {since}
{=swelling} over {site}
{=pain} in {site} x {days}
{=pain} over {site}
{=Tenderness} over {site}
{=tenderness} + {site}
{=injury} to {site}
{=Injury} over {site} {days} back
{symptom} & {=swelling} over {site}
{=rash} over {site} and {site}
{=numbness} of {site}
{=burning sensation} in {site}
{=lump} in {site}
{=ulcer} over {site}
{=wound} over {site}, {procedure} done
{=fracture} of {site}
L/E: {site} {=swollen}
O/E {site} clear, {site} soft
{site}: clear. {site}: soft, NT
{site} - NAD
{site} B/L clear
per {site} soft
{site} soft non tender
{procedure} of {site}
{ache} since {since}
{ache}
my {ache}
My {ache} since {since} and I have {symptom}
{ache} and {=feeling weak}
{ache}, also {symptom}
pt says {ache}
He says his {ache} since {since}
having {symptom} since {since}, {ache}
I am having {symptom} and {symptom}
I have {symptom} since {since}
feeling {symptom}
suffering from {symptom} since {since}
Patient is suffering from {disease} for {years}
The patient is a known case of {disease} and {disease}
The patient underwent {procedure} for {disease}
The patient was started on {drug} {dose} {freq}
Patient denies {symptom}, {symptom} or {symptom}
There is no evidence of {disease}
Patient was diagnosed with {disease} in {year}
There is {=tenderness} over the {site}
He was treated with {drug} and {drug}
She has history of {disease} and {disease}
{test} was done which showed {disease}
Advised {test}, {test} and {image}
Advised {procedure} but pt not willing
adv admission for {procedure}
Ref to surgeon for {procedure}
for {procedure} under GA
on {procedure} twice a week
{procedure} done {years} ago
{procedure} done in {year}, on {drug}
k/c/o {disease} on MHD, c/o {symptom}
{disease} s/p {procedure}
{disease}, s/p {procedure}, on {drug+}
{disease} + {disease} + {disease}
{disease}/{disease}
{disease} with {disease}
{disease}, {disease}
No {disease}/{disease}
-ve for {disease}
{disease} ruled out
No fresh complaints. {disease} stable on {drug}
follow up case of {disease}
f/u/c/o {disease}
Review if {symptom} or {symptom}
if {symptom} increases review stat
LMP {days} back, {test} +ve
G2P1L1 with {symptom}
Chronic smoker with {symptom}
alcoholic since {years} with {disease}
no addictions, no {disease}
bowel bladder normal, no {symptom}
sleep normal, appetite reduced, {symptom} +
{symptom} +, {symptom} -, {symptom} +
{symptom} ++ since {since}
{symptom} present, {symptom} absent
{symptom} relieved with {drug}
{symptom} aggravated by walking, relieved by rest
{symptom} associated with {symptom}
{symptom}, not a/w {symptom}
Pallor, {symptom}, {symptom} absent
{symptom} improved, {symptom} persists
Pt came for f/u
Pt came for follow up, no fresh complaints
Review after {days}
R/v {days}
Review with reports after {days}
Advised rest and plenty of oral fluids
low salt diet, regular walking
diet and exercise explained
Vitals stable
Conscious, oriented
Afebrile
Wants fitness certificate
Pt not willing for admission
{age} {sex}
Seen by me on {days}
Discharged in stable condition
Counselled
NAD
Prognosis explained to relatives
Ref by Dr Sharma
Bystander informed
OPD no {num}
Married since {years}, housewife
Non smoker, non alcoholic
"""

TEMPLATES: tuple[str, ...] = tuple(line for line in _TEMPLATES.splitlines() if line)

_FILLERS = {
    "since": """
        #2-9 days | #2-9 d | 1 day | yesterday | morning | today morning | last night | #2-6 wks | #1-9 months
        1 wk | #2-3 hrs | last #2-9 days | #1-9 yrs | childhood
    """,
    "days": """
        #2-9 days | #2-9d | #1-3 wks | #1-2 weeks | 1 month | #3-7/7 | 5 d | #2-6 months | 10 days
    """,
    "years": """
        #2-20 yrs | #1-20 years | 1 yr | #2-9 y | #2-9 months
    """,
    "year": """
        20#10-26 | 19#85-99
    """,
    "age": """
        #18-90 yr | #18-90 yrs | #18-90y | #18-90 | #1-17 yr | #18-90 year
    """,
    "sex": """
        male | female | M | F | man | woman | lady | boy | girl | child
    """,
    "sexletter": """
        M | F
    """,
    "relative": """
        mother | father | brother | sister | both parents | Mother | Father | grandmother | uncle
    """,
    "num": """
        #1-9 | #10-40
    """,
    "dose": """
        #1-10 mg | 5mg | 10 mg | 20 | 25 mg | 40 | 40mg | 50 | 100 mg | 200 | 250 mg | 500 | 500 mg | 500mg
        625 | 650 | 1 gm | 1g | 0.5 mg
    """,
    "freq": """
        od | OD | bd | BD | tds | TDS | tid | qid | hs | HS | sos | stat | 1-0-1 | 1-1-1 | 0-0-1 | 1-0-0 | bbf
        od hs | q8h | BD PC | weekly once
    """,
    "volume": """
        5 ml | 10 ml | 2 tsp | 1 tsp | #2-9 ml
    """,
    "value": """
        #2-15.#0-9 | #60-300 | #90-180/#60-110 | #90-99% | #20-95 | 0.#1-9 | #1-9.#10-99 | 98.#1-9 | normal
        raised | high | low | +ve | -ve | 11,#100-999
    """,
    "unit": """
        mg/dl | g/dl | gm% | /cumm | U/L | mmol/L | mm/hr | bpm | ng/ml
    """,
}

FILLERS: dict[str, list[str]] = {
    name: [x.strip() for x in text.replace("\n", "|").split("|") if x.strip()] for name, text in _FILLERS.items()
}
