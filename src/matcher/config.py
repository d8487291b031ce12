"""Settings: the only reader of the environment (prefix `MATCHER_`, or a `.env` file)."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[2]


class Settings(BaseSettings):
    """Where things are and how the service behaves. Every field is a `MATCHER_...` variable."""

    model_config = SettingsConfigDict(env_prefix="MATCHER_", env_file=".env", extra="ignore")

    data_dir: Path = Field(default=ROOT / "data", description="reference tables and formats")
    models_dir: Path = Field(ROOT / "models", description="encoders and their vector caches")
    var_dir: Path = Field(
        default=ROOT / "var", description="embedded database, index, rejects, key file"
    )
    incoming_dir: Path = Field(
        default=ROOT / "incoming", description="where the files that the night takes in are laid"
    )
    database_url: str = Field(default="", description="SQLAlchemy URL; empty: SQLite in var_dir")
    encoder: str = Field(
        default="multilingual-e5-small",
        description="folder under models_dir, a path, or a hub name, for sentence-transformers",
    )
    encoder_fp32: bool = Field(
        default=False,
        description="no bf16: for an index that machines with and without it are to share",
    )
    id_key: SecretStr | None = Field(
        default=None, description="key of the identity digests, 64 hex digits"
    )
    id_key_file: Path | None = Field(
        default=None, description="file that holds it; default var_dir/id.key"
    )
    id_key_version: int = Field(default=1, description="number stored beside each digest")
    exploration_share: float = Field(
        default=0.02, ge=0, le=0.2, description="share of lists in which chance swaps two places"
    )
    exploration_at_kiosks: bool = Field(
        default=False, description="whether lists at kiosks are among them"
    )
    allocation: bool = Field(
        default=True, description="whether lists share out the openings among all people"
    )
    allocation_floor: float = Field(
        default=0.85, ge=0, le=1, description="share of a list's own worth that everybody keeps"
    )
    mlflow_url: str = Field(default="", description="MLflow store; empty: SQLite in var_dir")
    oidc_issuer: str = Field(
        default="", description="identity provider for staff; empty: names and passwords only"
    )
    oidc_client_id: str = Field(default="", description="what the provider calls this service")
    oidc_client_secret: SecretStr | None = Field(
        default=None, description="what proves to the provider that it is this service"
    )
    requests_per_minute: int = Field(
        default=600, ge=1, description="requests of one API key within a minute, in each process"
    )
    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8000, description="port to listen on")

    @property
    def sqlalchemy_url(self) -> str:
        """The database: the one set, or the embedded one."""
        return self.database_url or f"sqlite:///{self.var_dir / 'matcher.db'}"

    @property
    def tracking_uri(self) -> str:
        """The MLflow store: the one set, or an SQLite file."""
        return self.mlflow_url or f"sqlite:///{self.var_dir.resolve() / 'mlflow.db'}"

    @property
    def key_path(self) -> Path:
        """The file that holds the key of the identity digests."""
        return self.id_key_file or self.var_dir / "id.key"
