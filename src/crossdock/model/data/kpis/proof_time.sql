-- title: Time to proof of delivery
-- meaning: From a delivery to its proof, of parcels that have one: half are faster.
-- unit: hours
-- measure: median
-- owner: carriers-desk
-- do: Ask the carrier how proofs can come sooner.
-- page: exceptions
-- filter: kind=proof.missing
-- hours: 168
-- scorecard: 6
-- requirement: I11
SELECT partner, carrier, subject, number AS reference, delivered_at AS since,
  CASE WHEN proof_at > delivered_at THEN proof_at - delivered_at ELSE 0 END / 3600000000.0 AS value, 1 AS weight,
  '' AS detail, '' AS owner
FROM parcel
WHERE delivered_at > :since AND delivered_at <= :at AND proof_at > 0
