"""Invented people and places: first names, surnames, towns and trades, combined at random. None is meant."""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass

from training.made.held import Held, Split, every

MEN = every(
    "Rahul Amit Suresh Ramesh Vikram Arjun Karthik Sanjay Manoj Rajesh Anil Sunil Deepak Prakash Mohan Ravi Ajay Vijay "
    "Naveen Harish Ganesh Mahesh Dinesh Ashok Vinod Imran Abdul Salman Joseph Thomas Gurpreet Harpreet Debashish Subrata "
    "Venkatesh Srinivas Murugan Senthil Pranav Aditya Rohan Nikhil Farhan Yusuf Balaji Chandan Dhruv Kiran Lokesh "
    "Tejas".split(),
    6,
)
WOMEN = every(
    "Priya Anjali Sunita Lakshmi Kavita Pooja Neha Deepa Meena Radha Sita Geeta Rekha Asha Usha Shanti Kamala Padma "
    "Divya Sneha Swati Shreya Ananya Fatima Ayesha Zainab Mary Elizabeth Simran Jaspreet Mousumi Sharmila Revathi "
    "Saraswathi Bhavana Chitra Nandini Pallavi Ritu Seema Tanvi Vaishnavi Yamini Ishita Madhuri Nirmala Savitri Hema "
    "Indira Jyoti".split(),
    6,
)
SURNAMES = every(
    "Sharma Verma Gupta Singh Kumar Patel Shah Mehta Joshi Desai Reddy Rao Naidu Iyer Iyengar Nair Menon Pillai Das "
    "Ghosh Banerjee Mukherjee Chatterjee Bose Sen Khan Ansari Sheikh Qureshi Fernandes D'Souza Pereira Kulkarni "
    "Deshpande Patil Jadhav Shinde Pawar Gowda Shetty Hegde Bhat Kamath Agarwal Bansal Mittal Jain Malhotra Kapoor "
    "Chopra Saxena Srivastava Mishra Tiwari Pandey Yadav Chauhan Rathore Thakur Mahato".split(),
    6,
)
TOWNS = every(
    "Bengaluru Mysuru Chennai Coimbatore Hyderabad Vijayawada Mumbai Pune Nagpur Nashik Ahmedabad Surat Jaipur Kota "
    "Delhi Noida Lucknow Kanpur Kolkata Howrah Patna Ranchi Bhopal Indore Kochi Kozhikode Bhubaneswar Guwahati Ludhiana "
    "Chandigarh Madurai Salem Vadodara Rajkot Udaipur Varanasi".split(),
    6,
)
STREETS = every(
    [
        "MG Road",
        "Station Road",
        "1st Main, Jayanagar",
        "Gandhi Nagar",
        "Park Street",
        "Sector 18",
        "Anna Salai",
        "Ring Road",
        "Civil Lines",
        "Market Yard",
        "Nehru Place",
        "Temple Street",
        "4th Cross, Indiranagar",
        "Linking Road",
        "Hill Road",
        "College Road",
    ],
    6,
)
DEGREES = every(
    ["MBBS", "MBBS, MD", "MBBS, MD (Medicine)", "MBBS, DNB", "MD (Path)", "MBBS, MS (Ortho)", "MD, DM (Cardiology)",
     "MBBS, DCH", "MBBS, MS (ENT)", "MBBS, DGO", "MD (Biochemistry)", "DNB (Pathology)", "MD (Radiodiagnosis)"], 5
)  # fmt: skip
_LAB_FIRST = every(
    "Sunrise Metro Apex Shree Lifeline Trinity Nova Om Galaxy Crystal Pragati Sanjeevani Vision Accurate Medilab "
    "Suraksha Universal Prime Omega Arogya Aditi Kaveri Narmada Himalaya Sagar Deccan Malabar Konark".split(),
    6,
)
_LAB_LAST = every(
    ["Diagnostics", "Diagnostic Centre", "Path Lab", "Pathology Laboratory", "Clinical Laboratory", "Laboratories",
     "Diagnostic Services Pvt Ltd", "Labs", "Polyclinic & Diagnostics", "Diagnostics and Imaging"], 5
)  # fmt: skip
_HOSPITAL_LAST = every(
    ["Hospital", "Multispeciality Hospital", "Nursing Home", "Medical Centre", "Hospitals Ltd", "Superspeciality Hospital",
     "Institute of Medical Sciences", "Health Care", "Memorial Hospital", "General Hospital"], 5
)  # fmt: skip
_CLINIC_LAST = every(
    ["Clinic", "Polyclinic", "Health Clinic", "Family Clinic", "Heart Clinic", "Skin Clinic", "Child Clinic",
     "Consulting Chamber", "Speciality Clinic", "Medicare"], 5
)  # fmt: skip
_SCAN_LAST = every(
    ["Scan Centre", "Imaging Centre", "Diagnostics & Imaging", "MRI & CT Centre", "X-Ray Clinic", "Radiology Centre",
     "Ultrasound Centre", "Imaging Services", "Scans & Labs"], 5
)  # fmt: skip
_KINDS = {"lab": _LAB_LAST, "hospital": _HOSPITAL_LAST, "clinic": _CLINIC_LAST, "scan": _SCAN_LAST}


@dataclass(frozen=True, slots=True)
class Person:
    """``sex`` is M or F; ``age`` in years, or months where ``months``."""

    first: str
    last: str
    sex: str
    age: int
    months: bool = False

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}".strip()

    @property
    def title(self) -> str:
        if self.months or self.age < 12:
            return "Master" if self.sex == "M" else "Baby"
        return "Mr." if self.sex == "M" else ("Ms." if self.age < 25 else "Mrs.")


def person(rng: random.Random, split: Split) -> Person:
    sex = rng.choice("MF")
    first = (MEN if sex == "M" else WOMEN).pick(rng, split)
    last = SURNAMES.pick(rng, split)
    if rng.random() < 0.12:
        last = SURNAMES.pick(rng, split)[0]  # "Murugan S", as in the south
    elif rng.random() < 0.12:
        first = f"{first} {rng.choice(('Kumar', 'Devi', 'Lal', 'Bai')) if rng.random() < 0.5 else rng.choice('ABGKMNPRSV')}"
    months = rng.random() < 0.04
    return Person(first, last, sex, rng.randint(1, 11) if months else rng.randint(2, 88), months)


def doctor(rng: random.Random, split: Split) -> str:
    """ "Dr. Anjali Mehta"."""
    first = (MEN if rng.random() < 0.5 else WOMEN).pick(rng, split)
    last = SURNAMES.pick(rng, split)
    title = rng.choice(("Dr. ", "Dr.", "Dr ", "DR. "))
    return title + rng.choice((f"{first} {last}", f"{first[0]}. {last}", f"{first} {last[0]}", f"{first[0]} {last}"))


def facility(rng: random.Random, split: Split, kind: str) -> str:
    """Name of a lab, hospital, clinic or scan centre."""
    last = _KINDS[kind].pick(rng, split)
    first = _LAB_FIRST.pick(rng, split) if rng.random() < 0.7 else f"{SURNAMES.pick(rng, split)}"
    return f"{first} {last}"


def address(rng: random.Random, split: Split) -> str:
    return f"No. {rng.randint(1, 250)}, {STREETS.pick(rng, split)}, {TOWNS.pick(rng, split)} - {rng.randint(400, 799)}{rng.randint(0, 999):03d}"


def phone(rng: random.Random) -> str:
    """Numbers of a kind that is not given out: area code 000, or mobile numbers that begin with 0."""
    return rng.choice((f"000-{rng.randint(2000000, 4999999)}", f"00000 {rng.randint(10000, 99999)}"))


DATE_FORMS: Held[str] = every(
    ["%d/%m/%Y", "%d-%m-%Y", "%d-%b-%Y", "%d %b %Y", "%d.%m.%Y", "%d/%m/%y", "%d-%b-%y", "%d %B %Y", "%Y-%m-%d",
     "%d/%b/%Y", "%d-%B-%Y"], 6
)  # fmt: skip


def day(rng: random.Random) -> datetime.date:
    return datetime.date(2019, 1, 1) + datetime.timedelta(days=rng.randint(0, 2500))
