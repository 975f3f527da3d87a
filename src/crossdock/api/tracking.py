"""/v1/shipments/{id}/tracking-link: a link by which the customer follows the order."""

from typing import Annotated, Literal

from litestar import Response, get
from litestar.params import Parameter
from msgspec import Struct

from crossdock.api.choices import found
from crossdock.api.jobs import Id
from crossdock.api.problems import ProblemError, documented
from crossdock.api.provided import Here
from crossdock.model.instants import rfc3339
from crossdock.ports.policy import Scope

Days = Annotated[int, Parameter(ge=0, le=730, description="Days it is good for; 0: as configured.")]
Language = Annotated[
    Literal["", "ar", "de", "en", "es", "fr", "nl"],
    Parameter(description="Language of the page; empty: the visitor's."),
]


class TrackingLinkMade(Struct, frozen=True):
    """Whoever has the link sees the order, until it expires: hand it to its customer alone."""

    url: str
    expires_at: str


@get(
    "/v1/shipments/{id:str}/tracking-link", scope=Scope.READ, responses=documented(400, 401, 403, 404, 409, 503),
    summary="A link to the customer's tracking page", tags=["Shipments"],
)  # fmt: skip
async def tracking_link(
    context: Here, id: Id, days: Days = 0, language: Language = ""  # noqa: A002 - the path says id
) -> Response[TrackingLinkMade]:  # fmt: skip
    """It is made anew each time; those made before stay good until they expire."""
    links = context.tracking_links
    if links is None:
        raise ProblemError(404, "customers follow nothing here: there is no section tracking_page")
    subject = await context.store.read(lambda tx: found(tx, id))
    url, until = links(subject, context.clock.now(), language, days)
    return Response(TrackingLinkMade(url, rfc3339(until)), headers={"cache-control": "no-store"})


ROUTES = (tracking_link,)
