"""Types that settings of several sections have in common."""

from typing import Annotated

from msgspec import Meta

Seconds = Annotated[float, Meta(ge=0)]
Hours = Annotated[float, Meta(ge=0, le=8760)]
Days = Annotated[int, Meta(ge=0)]
PartnerId = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,39}$", examples=["odoo"])]
Size = Annotated[float, Meta(gt=0)]
Pattern = Annotated[str, Meta(min_length=1, examples=["FedEx*"])]
Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}$", examples=["BE"])]
OutboxName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,39}$", examples=["analytics"])]
EventPattern = Annotated[str, Meta(min_length=1, examples=["tracking.*"])]
