"""Made documents: Indian medical records that never existed, with the ground truth of what they say.

One description per document (`layout.MadeDocument`: pages of text cells whose characters are labelled) gives the
lines and labels that models train on (`lines`), PDF and page images (`render`, `degrade`) and the truth (`truth`).
Every person, doctor, hospital and result is invented by combining lists; nothing here is a patient's.

What is held out: every list that a document draws from is a `held.Held` with its own parts for training,
development and test. A test document uses layouts, names, test names and drugs that training never saw.
"""
