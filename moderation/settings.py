"""Every setting, by environment, prefix GREENROOM_; GREENROOM_X_FILE names a file that holds X."""

import hashlib
import os
import tempfile
from datetime import timedelta
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "GREENROOM_"
LONGEST_SOCKET_PATH = 100  # bytes; the kernel's limit is 108


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    data: Path = Path(".greenroom")  # database, queue and credentials, when the engines are embedded
    database_url: str = ""  # empty: SQLite in the data folder
    redis_url: str = ""  # empty: the embedded Valkey, by its socket in the data folder
    public_url: str = ""  # where people reach the desk, when that is not where the API listens
    body_characters: int = Field(default=20_000, ge=100, le=200_000)  # the longest comment
    undo_seconds: float = Field(default=10, ge=0, le=600)
    claim_minutes: float = Field(default=10, gt=0, le=240)
    rate_limit: str = "6000/minute"  # comments per site and API process; 'off' for load tests
    pending_limit_minutes: float = Field(
        default=10, gt=0
    )  # oldest pending comment above this: 503 before promising more
    webhook_allowed_networks: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = ()
    akismet_recheck_hours: int = Field(default=360, ge=1)  # a client approves by itself after twice that
    idempotency_hours: int = Field(default=24, ge=1)  # how long an Idempotency-Key is remembered
    deliveries_days: int = Field(default=30, ge=1)  # how long what has arrived at a site's webhook stays in the log
    log_level: str = "INFO"

    @field_validator("webhook_allowed_networks", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return tuple(ip_network(each.strip()) for each in value.split(",") if each.strip())

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, _FromFiles(settings_cls)

    @property
    def database(self) -> str:
        """The address as SQLAlchemy wants it; PostgreSQL is always spoken to through psycopg 3."""
        url = self.database_url or f"sqlite:///{self.data.absolute() / 'greenroom.db'}"
        for plain in ("postgres://", "postgresql://"):
            if url.startswith(plain):
                return "postgresql+psycopg://" + url.removeprefix(plain)
        return url

    @property
    def has_data(self) -> bool:
        """False where the data folder was to hold the database, and does not: most likely it is another folder."""
        return bool(self.database_url) or (self.data / "greenroom.db").exists()

    @property
    def socket(self) -> Path:
        """Where the embedded Valkey listens: in the data folder, or in a short temporary one if that is too deep."""
        wanted = self.data.absolute() / "valkey.sock"
        if len(os.fsencode(wanted)) <= LONGEST_SOCKET_PATH:
            return wanted
        short = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"greenroom-{os.getuid()}-{short}" / "valkey.sock"

    @property
    def redis(self) -> str:
        """The address as redis-py wants it."""
        return self.redis_url.replace("redis+socket://", "unix://") or f"unix://{self.socket}"

    @property
    def broker(self) -> str:
        """The address as Celery wants it."""
        return self.redis.replace("unix://", "redis+socket://")

    @property
    def undo_window(self) -> timedelta:
        return timedelta(seconds=self.undo_seconds)

    @property
    def claim_lease(self) -> timedelta:
        return timedelta(minutes=self.claim_minutes)


class _FromFiles(PydanticBaseSettingsSource):
    """Secrets as files, the way container engines mount them."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        del field
        named = os.environ.get(f"{PREFIX}{field_name.upper()}_FILE")
        return (Path(named).read_text().strip() if named else None), field_name, False

    def __call__(self) -> dict[str, Any]:
        found = {name: self.get_field_value(None, name)[0] for name in self.settings_cls.model_fields}
        return {name: value for name, value in found.items() if value is not None}


@cache
def settings() -> Settings:
    """This process's settings, read once."""
    return Settings()
