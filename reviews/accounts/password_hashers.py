"""Password hashers for which a Vietnamese password is the same whether its letters are typed composed or decomposed."""

from typing import ClassVar

from django.contrib.auth.hashers import Argon2PasswordHasher, BasePasswordHasher, PBKDF2PasswordHasher

from reviews.text import nfc


class NormalisedPasswordHasher(BasePasswordHasher):
    """Hashes a password in normal form C. Hashes of an older release, made of what was typed, still open."""

    plain: ClassVar[type[BasePasswordHasher]]  # the hasher that does the work

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        work = {"iterations": iterations} if iterations else {}
        if nfc(password) != password:
            # verify() would hash it twice: a name that nobody has must take as long as one that somebody has.
            self.plain().encode(password, salt, **work)
        return self.plain().encode(nfc(password), salt, **work)

    def verify(self, password: str, encoded: str) -> bool:
        spellings = dict.fromkeys((nfc(password), password))
        return any(self.plain().verify(spelling, encoded) for spelling in spellings)


class NormalisedArgon2PasswordHasher(NormalisedPasswordHasher, Argon2PasswordHasher):
    plain = Argon2PasswordHasher


class NormalisedPBKDF2PasswordHasher(NormalisedPasswordHasher, PBKDF2PasswordHasher):
    plain = PBKDF2PasswordHasher
