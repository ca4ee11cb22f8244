"""What guessers try first: words of common passwords, and rows of the keyboard.

The words are a list of our own: passwords here have at least fifteen characters, so that what
matters most is what long ones are put together from. Behind a code of an app eight characters are
enough, and there whole passwords matter: `data/common-passwords.txt` has those that many have.
"""

import hashlib
from functools import cache
from importlib import resources

DIGITS = 10  # of each digest: of a hundred million passwords one is taken for a common one

# in small letters; how people write them with 0 for o and so on is undone before
_LIST = """
    password passwort passw pass word passphrase secret login signin account user username guest
    admin administrator root master default change changeme changeit letme letmein welcome hello
    trustno access open sesame enter please test testing temp temporary demo sample example
    iloveyou ilove loveyou love lovely forever sweet sweetheart baby babygirl princess angel prince
    dragon monkey shadow sunshine superman batman spiderman starwars pokemon mustang ferrari
    football baseball basketball soccer hockey softball tennis golf yankees cowboys eagles tigers
    lakers steelers panthers bulldogs wildcats warriors
    michael jennifer jordan jessica ashley daniel thomas robert michelle charlie andrew matthew
    joshua amanda george hunter buster ginger pepper cookie cheese summer winter spring autumn fall
    monday tuesday wednesday thursday friday saturday sunday january february march april may june
    july august september october november december
    whatever freedom nothing computer internet google facebook samsung iphone microsoft windows
    apple hotmail gmail chocolate banana orange purple yellow silver golden diamond flower butterfly
    school schools student students teacher teachers teach class classroom homework principal
    district education highschool elementary middleschool graduate graduation math algebra english
    science history course courses credit recovery creditrecovery vendor vendors committee reviewer
    score scoring evaluation
    correcthorsebatterystaple correct horse battery staple thequickbrownfox quickbrownfox
    contraseña contrasena clave secreto usuario hola teamo tequiero amor mivida estrella princesa
    bienvenido bienvenidos escuela maestro maestra alumno alumnos distrito mexico america
    abc abcd aaa xyz qwe asd zxc qaz wsx edc rfv tgb yhn ujm asdf qwer zxcv
"""
WORDS = frozenset(_LIST.split())

# what a finger walks along; also backwards
ROWS = (
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "azertyuiop",
    "1234567890",
    "0123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
)


@cache
def load_common_passwords() -> frozenset[str]:
    """The digests of passwords that many have, folded as `fold_password` does."""
    text = (resources.files("crrubric.data") / "common-passwords.txt").read_text("ascii")
    return frozenset(line for line in text.splitlines() if not line.startswith("#"))


def is_common_password(folded: str) -> bool:
    """Whether many have this one, in whatever letters it is written."""
    return digest_password(folded) in load_common_passwords()


def digest_password(folded: str) -> str:
    """What the file has of a folded password."""
    return hashlib.sha256(folded.encode()).hexdigest()[:DIGITS]
