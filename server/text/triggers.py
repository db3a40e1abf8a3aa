"""Trigger phrases of the ConText algorithm (see `server.text.context`), as data.

Phrases are lower case; a space matches any white space and "/" may stand between spaces. The English phrases state
facts of the published NegEx and ConText lexicons (Chapman et al. 2001, 2013; Harkema et al. 2009;
github.com/chapmanbe/negex, Apache-2.0); the shorthand is that of Indian case notes.
"""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import NamedTuple


class Cue(IntEnum):
    """What a phrase says; where several hold, the smallest decides."""

    AFFIRMED = 1
    NEGATED = 2
    FAMILY = 3
    POSSIBLE = 4
    CURRENT = 5
    HISTORICAL = 6


class Reach(Enum):
    """Which mentions a phrase speaks of, or what else it does."""

    AFTER = "mentions after it"
    AFTER_TO_COMMA = "mentions after it, to the next comma"
    BEFORE = "mentions before it"
    BEFORE_TO_COMMA = "mentions before it, back to the last comma"
    STOP = "none: it ends all scopes"
    STOP_FAMILY = "none: it ends the scopes of family"
    COMMA = "none: it ends the scopes that reach to a comma"
    IGNORED = "none: it hides the trigger that it contains"


class Trigger(NamedTuple):
    cue: Cue | None
    reach: Reach


_RELATIVES = """
    mother father brother sister mom dad son daughter uncle aunt cousin grandmother grandfather grandparents parent
    parents sibling siblings husband wife spouse roommate brothers sisters
"""

_PHRASES: dict[Trigger, str] = {
    Trigger(Cue.NEGATED, Reach.AFTER): """
        no | not | nor | never | neither | none of | nil | without | w/o | without any | denies | denied
        denying | deny | no evidence of | no e/o | no h/o | n/h/o | no history of | no sign of | no signs of
        no s/o | no suggestion of | no findings of | no complaints of | no complaint of | negative for | -ve for
        neg for | absence of | lack of | free of | free from | fails to reveal | failed to reveal | rather than
        unremarkable for | ruled out for | rules out | ruled out | n/k/c/o | nkco | not a k/c/o
        not a known case of | not a case of | not k/c/o | not known | declined | declines | refused | refuses
        unlikely to be | unlikely to have | isn't | wasn't | hasn't | haven't | hadn't | don't | doesn't
        didn't | isnt | wasnt | hasnt | doesnt | didnt | no longer has | resolution of | excluded for | not on
        not suggestive of | inconsistent with | no definite | no obvious | no new | no known
    """,
    Trigger(Cue.NEGATED, Reach.BEFORE): """
        absent | is absent | are absent | was ruled out | is ruled out | are ruled out | were ruled out
        has been ruled out | have been ruled out | been ruled out | not seen | not noted | not detected
        not found | not present | not identified | is not seen | are not seen | was not seen | were not seen
        not appreciated | not visualised | not visualized | not demonstrated | not evident | excluded
        is excluded | unlikely | is unlikely | none | r/o'd
    """,
    Trigger(Cue.NEGATED, Reach.BEFORE_TO_COMMA): """
        negative | is negative | was negative | were negative | -ve | neg | - nil | : nil | -nil | :nil
        resolved | has resolved | have resolved | is resolved | subsided | has subsided | free
        declined by patient
    """,
    Trigger(Cue.AFFIRMED, Reach.BEFORE_TO_COMMA): "+ | ++ | +++ | +ve | +nt",
    Trigger(Cue.FAMILY, Reach.AFTER): """
        family history | family history of | family h/o | family hx | familial history | f/h | f/h/o | fh
        fh of | fhx | fh/o | fam hx | fam h/o | maternal | paternal | runs in family | runs in the family
    """,
    Trigger(Cue.FAMILY, Reach.BEFORE): """
        in family | in the family | in his family | in her family | in first degree relative
    """,
    Trigger(Cue.POSSIBLE, Reach.AFTER): """
        possible | possibly | probable | probably | prob | likely | most likely | suspected | suspect
        suspecting | susp | suspicious for | suspicious of | suspicion of | s/o | suggestive of | suggesting
        suggests | suggest | r/o | rule out | to rule out | to r/o | query | d/d | dd | ddx
        differential diagnosis | differential | may be | may have | may represent | might be | might have
        could be | could represent | maybe | presumed | presumably | presumptive | concern for | concerning for
        worrisome for | cannot exclude | can not exclude | cannot rule out | can not rule out | can't rule out
        could not rule out | not rule out | did not rule out | to exclude | evaluate for | evaluation for
        to look for | look for | screen for | screening for | watch for | monitor for | test for | tested for
        checked for | risk of | at risk for | high risk for | if | in case of | should he | should she
        should there | return for | come back for | appears to be | apparently | provisional diagnosis
        prov diag | ? h/o | questionable | equivocal for | working diagnosis
    """,
    Trigger(Cue.POSSIBLE, Reach.BEFORE): """
        not ruled out | cannot be ruled out | can not be ruled out | can't be ruled out | could not be ruled out
        not been ruled out | not excluded | cannot be excluded | can not be excluded | to be ruled out
        be ruled out | should be ruled out | must be ruled out | needs to be ruled out | is suspected
        was suspected | suspected | is possible | is likely | is probable | cannot be determined
    """,
    Trigger(Cue.CURRENT, Reach.BEFORE_TO_COMMA): """
        since | for the last | for the past | for last | for past | from last | ongoing | persists | on and off
    """,
    Trigger(Cue.HISTORICAL, Reach.AFTER): """
        history of | h/o | hx of | hx | hx/o | past history of | past history | past h/o | past hx | pmh | pmhx
        p/h | p/h/o | past medical history | past surgical history | psh | pshx | medical history
        surgical history | history | history significant for | previous | previously | prev | prior | s/p
        status post | status-post | st post | old case of | old c/o | old h/o | remote | remote history of
        in the past for | treated earlier for | recovered from | post op case of | operated case of
        operated for | underwent | h/s/o
    """,
    Trigger(Cue.HISTORICAL, Reach.AFTER_TO_COMMA): "old | childhood | healed | pre-existing",
    Trigger(Cue.HISTORICAL, Reach.BEFORE_TO_COMMA): """
        in the past | in past | in childhood | years ago | year ago | yrs ago | yr ago | months ago | month ago
        years back | year back | yrs back | yr back | months back | month back | done earlier | in infancy
    """,
    Trigger(None, Reach.STOP): """
        but | however | nevertheless | yet | though | although | except | except for | apart from | aside from
        otherwise | c/o | complains of | complaining of | complained of | complains | complaints of | presents
        presented | presenting | presents with | presented with | coming in with | comes in with | came with
        k/c/o | kco | known case of | known | now has | now | currently | at present | presently | today
        who presents | was found | found to have | noted to have | adv | advised | advice | plan | rx
        started on | put on | treated with | managed with | given | o/e | on examination | , on | , has | , had
        , having | and has | and had | , is | , was | present | is present | positive | positive for
        secondary to | due to | because of | because | owing to | cause of | cause for | causes of | reason for
        etiology of | source of | origin of | as the cause of | consistent with | c/w | which showed
        which shows | showed | shows | revealed | reveals | diagnosed with | diagnosed as | diagnosis of
        emergency department
    """,
    Trigger(None, Reach.STOP_FAMILY): """
        patient | pt | patient's | pt's | he | she | his | her | who | himself | herself | self
    """,
    Trigger(None, Reach.IGNORED): """
        no increase | no increased | no change | no significant change | no interval change | no definite change
        no suspicious change | no significant interval change | not cause | not drain | not extend
        not necessarily | not only | not certain if | not certain whether | not sure if | no doubt
        gram negative | gram -ve | without difficulty | no improvement in | no relief | no relief of
        no relief from | if not | reg no | ip no | op no | bed no | room no | mobile no | phone no
        no response to | rh negative | rh -ve | if any | whether or not | not responding to | not relieved by
        not controlled | not well controlled | not improving | not tolerating | year old | years old | yr old
        yrs old | y old | yo old | month old | months old | day old | days old | week old | weeks old | year-old
        yr-old | month-old | old man | old male | old female | old woman | old lady | old gentleman
        day history of | days history of | week history of | weeks history of | month history of
        months history of | year history of | day h/o | days h/o | week h/o | weeks h/o | month h/o | months h/o
        d h/o | history of present illness | history of presenting illness | history and physical
        history and examination | history taking | history taken | poor history | social history
        clinical history | patient history | personal history | history from | detailed history
        treatment history | drug history | menstrual history | obstetric history | history, physical
        history and | history, and | history of chief complaint | prior to | previous to | prior authorization
        hopi | know if | fh positive | accompanied by | free fluid | free t3 | free t4 | free psa | free air
        free light | free thyroxine | free text | since then | negative pressure | negative margins | likely to
        tab. | cap. | inj. | syp. | syr. | dr. | mr. | mrs. | ms. | vs. | e.g. | i.e. | approx. | s. | rt. | lt.
        st. | no. of | number of | o.d. | b.d. | fr. | oint. | adv. | susp. | prof. | dept. | hosp.
    """,
}


def _relatives() -> dict[str, Trigger]:
    """Phrases around each relative: who has the condition, and who only speaks or brings the patient."""
    family_after = Trigger(Cue.FAMILY, Reach.AFTER)
    family_before = Trigger(Cue.FAMILY, Reach.BEFORE)
    ignored = Trigger(None, Reach.IGNORED)
    phrases: dict[str, Trigger] = {}
    for relative in _RELATIVES.split():
        phrases |= dict.fromkeys((relative, f"{relative}'s", f"his {relative}", f"her {relative}"), family_after)
        places = ("in", "in his", "in her", "in the", "in patient's")
        phrases |= {f"{place} {relative}": family_before for place in places}
        phrases |= {f"{verb} {relative}": ignored for verb in ("brought by", "with", "lives with", "from", "per", "to")}
        phrases |= {
            f"{verb} {who} {relative}": ignored for verb in ("by", "with", "from") for who in ("his", "her", "the")
        }
        speech = (
            "says",
            "states",
            "reports",
            "reported",
            "noticed",
            "brought",
            "gives",
            "worried",
            "complains",
            "noted",
        )
        phrases |= {f"{relative} {verb}": ignored for verb in speech}
    return phrases


def _triggers() -> dict[str, Trigger]:
    phrases = _relatives()
    for trigger, text in _PHRASES.items():
        for phrase in text.replace("\n", "|").split("|"):
            if phrase.strip():
                phrases[" ".join(phrase.split())] = trigger
    return phrases


TRIGGERS: dict[str, Trigger] = _triggers()
"""Phrase -> what it does. Where one phrase contains another, the longer one counts."""
