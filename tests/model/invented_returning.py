"""Invented words of goods that come back or in, and of parcels that failed, as hypothesis strategies."""

from hypothesis import strategies as st

from crossdock.model import returning as ret
from model.invented_warehouse import moved, stamps

ids = st.sampled_from(["r1", "r2"])
sources = st.sampled_from(["shop", "desk"])
numbers = st.sampled_from(["EZ1", "EZ2"])
choices = st.sampled_from(["again", "collect", "return"])
texts = st.text(max_size=3)

bodies = st.one_of(
    st.builds(ret.ReturnRequested, ids, sources, moved, st.sampled_from(["unknown", "wrong_size"]), texts, texts),
    st.builds(ret.ReturnRefused, ids, sources, texts, st.sampled_from(["none", "back", "kept"]), st.just("shop/r1")),
    st.builds(ret.ReturnedToSender, numbers, st.just("1"), st.sampled_from(["none", "address"]), texts),
    st.builds(
        ret.RedeliveryOffered, numbers, st.just("1"), st.integers(1, 9), st.integers(1, 2), st.integers(0, 2**53)
    ),
    st.builds(ret.RedeliveryChosen, ids, sources, choices, numbers, st.just("2026-03-02"), texts),
    st.builds(ret.AsnReceived, sources, ids, st.just("P00001"), moved, expected=st.none() | stamps),
)
"""Every kind of thing that is said of them."""
