"""Labels and proofs, kept in the store by their content."""

import hashlib

from crossdock.ports.clock import Clock
from crossdock.ports.stores import Store
from crossdock.ports.stores_delivery import Blob


class StoredDocuments:
    """Labels and proofs in the store (`crossdock.ports.connector.Documents`)."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Keep them in ``store``."""
        self._store = store
        self._clock = clock

    async def get(self, sha256: str) -> bytes:
        """The bytes. Raises `KeyError`."""
        blob = await self._store.read(lambda tx: tx.blobs.get(sha256))
        if blob is None or not blob.data:
            raise KeyError(sha256)
        return blob.data

    async def put(self, data: bytes, media_type: str, kind: str) -> str:
        """Keep the bytes and return their SHA-256."""
        sha256 = hashlib.sha256(data).hexdigest()
        blob = Blob(sha256, media_type, kind, len(data), self._clock.now(), data)
        await self._store.run(lambda tx: tx.blobs.put(blob))
        return sha256
