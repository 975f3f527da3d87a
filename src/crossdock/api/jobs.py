"""/v1/shipments/{id}/bookings and /v1/jobs: asking for something, and how far it is.

Nobody waits for a carrier here: a request is written down, and answered with 202 and where its job is; where the
carrier answers at once the job is done in the answer already (201).
"""

import asyncio
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.params import Parameter
from msgspec import Meta, Struct

from crossdock.api.bodies import strictly
from crossdock.api.choices import found
from crossdock.api.gates import client_of
from crossdock.api.idempotency import Key
from crossdock.api.problems import Fault, ProblemError, documented
from crossdock.api.provided import Here
from crossdock.api.resources import at
from crossdock.api.words import CHANGE_REFUSALS, Why
from crossdock.backbone import desk
from crossdock.model.desk import Book, DeskRequested, Return, Void, Wish
from crossdock.model.identifiers import digest
from crossdock.ports.policy import Scope
from crossdock.ports.stores import Transaction
from crossdock.views import desk as views
from crossdock.views.timeline import story_of

_PATIENCE = 0.8
"""Seconds a caller waits for a fast carrier; with everything else the answer is there in well under two."""

_LOOK = 0.1
Id = Annotated[str, Parameter(max_length=300, description="Canonical id, or any reference that names one shipment.")]
JobId = Annotated[str, Parameter(max_length=60)]
PackageId = Annotated[str, Meta(min_length=1, max_length=100)]


class BookingRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Book every package that has no label."""

    reason: Why


class VoidRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Void the label of a package; ``again`` books it anew."""

    package_id: PackageId
    reason: Why
    again: bool = False


class ReturnRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """A label for the way back of a package."""

    package_id: PackageId
    reason: Why


class JobLabel(Struct, frozen=True):
    """A document a job brought; its bytes are at ``href``."""

    name: str
    media_type: str
    size: int
    sha256: str
    href: str


class Job(Struct, frozen=True):
    """Something asked for: ``state`` is working, done or attention (a person must look; ``text`` says at what)."""

    id: str
    kind: str
    shipment_id: str
    state: str
    asked_at: str
    text: str
    tracking_numbers: tuple[str, ...]
    documents: list[JobLabel]


@post(
    "/v1/shipments/{id:str}/bookings", scope=Scope.WRITE, status_code=202, responses=CHANGE_REFUSALS,
    summary="Book an order's packages", tags=["Carriers' desk"],
)  # fmt: skip
async def book(
    request: Request[Any, Any, Any], context: Here, id: Id, data: BookingRequest, idempotency_key: Key  # noqa: A002 - the path says id
) -> Response[Job]:  # fmt: skip
    """202 and a job; 201 where the labels are there already or come at once."""
    data = await strictly(request, BookingRequest)
    return await ask(request, context, id, Book(), data.reason, idempotency_key)


@post(
    "/v1/shipments/{id:str}/voids", scope=Scope.WRITE, status_code=202, responses=CHANGE_REFUSALS,
    summary="Void a package's label", tags=["Carriers' desk"],
)  # fmt: skip
async def void(
    request: Request[Any, Any, Any], context: Here, id: Id, data: VoidRequest, idempotency_key: Key  # noqa: A002 - the path says id
) -> Response[Job]:  # fmt: skip
    """202 and a job."""
    data = await strictly(request, VoidRequest)
    return await ask(request, context, id, Void(data.package_id, data.again), data.reason, idempotency_key)


@post(
    "/v1/shipments/{id:str}/returns", scope=Scope.WRITE, status_code=202, responses=CHANGE_REFUSALS,
    summary="A label for the way back", tags=["Carriers' desk"],
)  # fmt: skip
async def send_back(
    request: Request[Any, Any, Any], context: Here, id: Id, data: ReturnRequest, idempotency_key: Key  # noqa: A002 - the path says id
) -> Response[Job]:  # fmt: skip
    """202 and a job."""
    data = await strictly(request, ReturnRequest)
    return await ask(request, context, id, Return(data.package_id), data.reason, idempotency_key)


@get(
    "/v1/jobs/{id:str}", scope=Scope.READ, responses=documented(400, 401, 403, 404, 503),
    summary="How far a request is", tags=["Carriers' desk"],
)  # fmt: skip
async def get_job(context: Here, id: JobId) -> Response[Job]:  # noqa: A002 - the path says id
    """The state of a request, and its labels once they are there."""
    job = await context.store.read(lambda tx: views.job_of(tx, id))
    if job is None:
        raise ProblemError(404, f"there is no job '{id}'")
    return Response(_resource(job), headers={"cache-control": "no-store"})


@get(
    "/v1/documents/{sha256:str}", scope=Scope.READ, responses=documented(400, 401, 403, 404, 503),
    summary="The bytes of a label", tags=["Carriers' desk"],
)  # fmt: skip
async def get_document(context: Here, sha256: Annotated[str, Parameter(pattern=r"^[0-9a-f]{64}$")]) -> Response[bytes]:
    """A label or another document by the SHA-256 of its bytes, as a download."""
    blob = await context.store.read(lambda tx: tx.blobs.get(sha256))
    if blob is None or not blob.data:
        raise ProblemError(404, "these bytes are gone or never were here")
    headers = {"content-disposition": f'attachment; filename="{blob.kind}-{sha256[:12]}"', "cache-control": "no-store"}
    return Response(blob.data, media_type=blob.media_type or "application/octet-stream", headers=headers)


async def ask(
    request: Request[Any, Any, Any], context: Here, reference: str, wish: Wish, reason: str, key: str
) -> Response[Job]:
    """Write a wish down and answer with its job, done or not. Raises `ProblemError`."""
    client = client_of(request)
    now = context.clock.now()

    def step(tx: Transaction) -> str:
        subject = found(tx, reference)
        if told := _unanswerable(tx, subject, wish):
            raise ProblemError(422, told, Fault(told, pointer="/package_id"), kind="unanswerable")
        # The caller's key names the request, so that sent again it is the same one.
        job_id = digest("job", client.id, key, subject, desk.name_of(wish))[:24]
        asked = DeskRequested(job_id, client.id, wish, reason)
        if not desk.ask(tx, subject, asked, now) and _wish_of(tx, subject, job_id) != wish:
            raise ProblemError(
                422, "this Idempotency-Key was used for a different request; take a fresh one", kind="key-reused"
            )
        return job_id

    job_id = await context.store.run(step)
    context.store.wake("log")
    job = await _patiently(context, job_id)
    status = 201 if job.state == "done" else 202
    return Response(_resource(job), status_code=status, headers={"location": f"/v1/jobs/{job_id}"})


def _unanswerable(tx: Transaction, subject: str, wish: Wish) -> str:
    story = story_of(tx, subject) if isinstance(wish, Return) else None
    return views.unanswerable(wish, story.state) if story else ""


def _wish_of(tx: Transaction, subject: str, job_id: str) -> Wish | None:
    bodies = (event.body for event in tx.log.of_subject(subject))
    return next((body.wish for body in bodies if isinstance(body, DeskRequested) and body.id == job_id), None)


async def _patiently(context: Here, job_id: str) -> views.Job:
    waited = 0.0
    while True:
        job = await context.store.read(lambda tx: views.job_of(tx, job_id))
        if job is None:
            raise ProblemError(404, f"there is no job '{job_id}'")
        if job.state == "done" or waited >= _PATIENCE:
            return job
        await asyncio.sleep(_LOOK)
        waited += _LOOK


def _resource(job: views.Job) -> Job:
    documents = [
        JobLabel(each.name, each.media_type, each.size, each.sha256, f"/v1/documents/{each.sha256}")
        for each in job.documents
    ]
    return Job(job.id, job.kind, job.subject, job.state, at(job.asked_at), job.text, job.tracking_numbers, documents)


ROUTES = (book, void, send_back, get_job, get_document)
