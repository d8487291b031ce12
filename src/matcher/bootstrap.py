"""The only wiring: from settings to a service that is ready to be called."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from matcher.artifacts.index import load_index
from matcher.compliance.lint import TERMS, Linter
from matcher.compliance.wages import read_wages
from matcher.config import Settings
from matcher.db.engine import is_migrated, open_engine, reading
from matcher.db.store import register_id
from matcher.encoder.cache import open_cache
from matcher.encoder.model import open_encoder
from matcher.encoder.promoted import promoted_encoder
from matcher.entities import Channel
from matcher.errors import ArtefactError, ConfigurationError, NotReadyError
from matcher.features.reading import read_lexicon
from matcher.features.vectors import Centring
from matcher.identity import IdentityKey
from matcher.reference import Reference
from matcher.service.accounts import Accounts
from matcher.service.advice import Advice
from matcher.service.audit import Audit
from matcher.service.cases import Cases
from matcher.service.champion import Champion
from matcher.service.clock import Clock, day_of, now
from matcher.service.desk import Desk
from matcher.service.fair_lists import FairLists
from matcher.service.fair_plan import FairPlans
from matcher.service.fairs import Fairs
from matcher.service.figures import Figures
from matcher.service.indexing import Indexer
from matcher.service.keys import Keys
from matcher.service.kiosks import Kiosks
from matcher.service.limits import Limiter
from matcher.service.lint import Lint
from matcher.service.lists import Lists
from matcher.service.live import LiveIndex
from matcher.service.overview import Overview
from matcher.service.policies import Policies
from matcher.service.prices import Prices
from matcher.service.proof import Proof
from matcher.service.publication import Publisher
from matcher.service.register import Register
from matcher.service.retention import Retention, read_retention
from matcher.service.sessions import Sessions
from matcher.service.shortlists import Shortlists
from matcher.service.tries import Tries
from matcher.service.vacancy_intake import VacancyIntake
from matcher.service.visits import Visits

if TYPE_CHECKING:
    from matcher.service.oidc import Provider


@dataclass(frozen=True)
class App:
    """Everything a command or the web edge may need, made when first asked for."""

    settings: Settings
    clock: Clock = now

    @cached_property
    def reference(self) -> Reference:
        """The fixed tables."""
        return Reference.load(self.settings.data_dir / "reference")

    @cached_property
    def engine(self) -> Engine:
        """The register; raises NotReadyError when its schema is not this program's."""
        engine = open_engine(self.settings.sqlalchemy_url)
        if not is_migrated(engine):
            raise NotReadyError(
                "The database has no or an older schema.", remedy="Run `matcher migrate`."
            )
        return engine

    @cached_property
    def indexer(self) -> Indexer:
        """Encoder, vector cache and tables; converts the built-in model on first use."""
        models = self.settings.models_dir
        name = promoted_encoder(
            self.settings.encoder, models_dir=models, var_dir=self.settings.var_dir
        )
        encoder = open_encoder(name, models_dir=models, fp32=self.settings.encoder_fp32)
        return Indexer(
            encoder=encoder,
            cache=open_cache(encoder, models_dir=models),
            reference=self.reference,
            lexicon=read_lexicon(self.settings.data_dir / "reference"),
        )

    @property
    def index_folder(self) -> Path:
        """Where index generations are published: beside the register they are made from."""
        return self.settings.var_dir / "index"

    @property
    def ranker_folder(self) -> Path:
        """Where rankers are published."""
        return self.settings.var_dir / "ranker"

    @property
    def plan_folder(self) -> Path:
        """Where plans are published."""
        return self.settings.var_dir / "plan"

    @property
    def floor(self) -> float | None:
        """What everybody keeps of a list's worth under prices; None where nothing is planned."""
        return self.settings.allocation_floor if self.settings.allocation else None

    @property
    def night_folder(self) -> Path:
        """Where the nights keep their journals, lists and figures."""
        return self.settings.var_dir / "nightly"

    @cached_property
    def champion(self) -> Champion:
        """The ranker that lists are ordered by."""
        return Champion(
            self.engine,
            self.ranker_folder,
            encoder_fingerprint=self.indexer.encoder.fingerprint,
        )

    @property
    def centring(self) -> Centring | None:
        """The means that the current index takes out of vectors; None where there is no index."""
        try:
            with reading(self.engine) as connection:
                register = register_id(connection)
            return load_index(
                self.index_folder,
                encoder_fingerprint=self.indexer.encoder.fingerprint,
                register=register,
            ).centring
        except ArtefactError:
            return None

    @cached_property
    def prices(self) -> Prices:
        """The prices that lists are made by."""
        return Prices(self.engine, self.plan_folder, on=self.settings.allocation)

    @cached_property
    def policies(self) -> Policies:
        """Which lists share out the openings."""
        return Policies(self.engine)

    @cached_property
    def live(self) -> LiveIndex:
        """The index that lists are answered from."""
        return LiveIndex(self.engine, self.indexer, self.index_folder)

    @cached_property
    def figures(self) -> Figures:
        """The bureau's rates."""
        return Figures(self.engine, self.clock)

    @property
    def publisher(self) -> Publisher:
        """What a published report counts."""
        return Publisher(self.engine, self.clock)

    @cached_property
    def overview(self) -> Overview:
        """The counts of the last twelve months, kept for the dashboard."""
        return Overview(self.engine, self.publisher, self.clock)

    @property
    def proof(self) -> Proof:
        """What cannot be right in the register's figures."""
        return Proof(self.engine)

    @cached_property
    def keys(self) -> Keys:
        """API keys; the register is opened when one has to be looked up."""
        return Keys(lambda: self.engine)

    @cached_property
    def limiter(self) -> Limiter:
        """How often each key may ask."""
        return Limiter(self.settings.requests_per_minute)

    @cached_property
    def lists(self) -> Lists:
        """Match lists of vacancies."""
        return Lists(
            engine=self.engine,
            live=self.live,
            indexer=self.indexer,
            figures=self.figures,
            champion=self.champion,
            prices=self.prices,
            policies=self.policies,
            exploration=self.exploration,
            clock=self.clock,
        )

    @cached_property
    def shortlists(self) -> Shortlists:
        """Match lists of people."""
        return Shortlists(
            engine=self.engine,
            live=self.live,
            indexer=self.indexer,
            figures=self.figures,
            champion=self.champion,
            clock=self.clock,
        )

    @cached_property
    def fair_lists(self) -> FairLists:
        """Match lists at job fairs."""
        return FairLists(self.engine, self.lists)

    @cached_property
    def fairs(self) -> Fairs:
        """Job fairs: booths, résumés, results."""
        return Fairs(self.engine)

    @cached_property
    def fair_plans(self) -> FairPlans:
        """Which booth each visitor of a fair goes to next."""
        return FairPlans(self.engine)

    @cached_property
    def sessions(self) -> Sessions:
        """Who is signed in to the pages."""
        return Sessions(self.engine, self.keys)

    @cached_property
    def accounts(self) -> Accounts:
        """Accounts of staff."""
        return Accounts(self.engine, Tries(self.engine))

    @cached_property
    def provider(self) -> Provider | None:
        """The identity provider of the staff, where the settings name one."""
        settings = self.settings
        if not settings.oidc_issuer:
            return None
        if not settings.oidc_client_id or settings.oidc_client_secret is None:
            raise ConfigurationError(
                "An identity provider is set, but not what it knows this service by.",
                remedy="Set MATCHER_OIDC_CLIENT_ID and MATCHER_OIDC_CLIENT_SECRET too.",
            )
        # Loads a library that only those need who have a provider.
        from matcher.service.oidc import Provider

        return Provider(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret.get_secret_value(),
        )

    @cached_property
    def audit(self) -> Audit:
        """Looks at people, and the log of them."""
        return Audit(self.engine)

    @cached_property
    def desk(self) -> Desk:
        """What counsellors see."""
        return Desk(
            self.engine,
            self.live,
            self.indexer,
            self.lists,
            self.shortlists,
            linter=self.linter,
            clock=self.clock,
        )

    @cached_property
    def cases(self) -> Cases:
        """What counsellors do."""
        return Cases(self.engine, self.live, self.linter)

    @cached_property
    def kiosks(self) -> Kiosks:
        """Kiosks at fairs and the visit that each holds."""
        return Kiosks(self.engine, self.sessions, clock=self.clock)

    @cached_property
    def visits(self) -> Visits:
        """What a visitor does at a kiosk."""
        return Visits(
            self.engine,
            self.kiosks,
            self.fairs,
            self.fair_lists,
            self.fair_plans,
            identity_key=self.identity_key,
            reference=self.reference,
        )

    @cached_property
    def advice(self) -> Advice:
        """Why a vacancy is not listed, and what would open more."""
        return Advice(self.engine, self.live, self.indexer, clock=self.clock)

    @cached_property
    def linter(self) -> Linter:
        """The words and wages that vacancies are held against."""
        folder = self.settings.data_dir / "reference"
        return Linter(read_lexicon(folder, TERMS), read_wages(folder))

    @property
    def retention(self) -> Retention:
        """How long things about people are kept."""
        return read_retention(self.settings.data_dir / "reference")

    @cached_property
    def lint(self) -> Lint:
        """What the law objects to, and what somebody let stand."""
        return Lint(self.engine, self.linter)

    @cached_property
    def vacancy_intake(self) -> VacancyIntake:
        """Where vacancies are held against the law before they are published."""
        return VacancyIntake(self.engine, self.live, self.linter)

    @cached_property
    def register(self) -> Register:
        """The register's single records."""
        return Register(self.engine, self.live)

    @property
    def exploration(self) -> dict[Channel, float]:
        """The share of lists that chance may touch, by who asks; of a kiosk's only where set."""
        share = self.settings.exploration_share
        channels = [Channel.COUNSELLOR]
        if self.settings.exploration_at_kiosks:
            channels.append(Channel.KIOSK)
        return dict.fromkeys(channels, share)

    def sync(self) -> int:
        """Bring the live index up to date with the register, newly published index and ranker."""
        self.champion.load_newest()
        self.live.load_newest()
        self.follow_market()
        return self.live.sync(day_of(self.clock()))

    def follow_market(self) -> None:
        """Take up the newest plan, the day's referrals, and which desks and trials use it."""
        self.prices.follow(day_of(self.clock()))
        self.policies.follow()

    @property
    def identity_key(self) -> IdentityKey | None:
        """The key of identity digests, or None where none is set up."""
        settings = self.settings
        if settings.id_key is not None:
            text = settings.id_key.get_secret_value()
        elif settings.key_path.is_file():
            text = settings.key_path.read_text(encoding="ascii")
        else:
            return None
        try:
            return IdentityKey(settings.id_key_version, bytes.fromhex(text.strip()))
        except ValueError as error:
            raise ConfigurationError(
                "The key of the identity digests is not 64 hexadecimal digits.",
                remedy="Restore MATCHER_ID_KEY or the key file from its backup.",
            ) from error


def create_identity_key(path: Path) -> bool:
    """Write a new key file that only its owner can read; an existing one is kept (False)."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32) + "\n")
    return True
