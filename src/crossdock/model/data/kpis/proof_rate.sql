-- title: Proof in time
-- meaning: Of the parcels whose delivery is older than the objective: those whose proof came within it.
-- unit: percent
-- measure: share
-- owner: carriers-desk
-- do: Ask the carrier for the missing ones.
-- page: exceptions
-- filter: kind=proof.missing
-- hours: 168
-- objective: 86400
-- scorecard: 7
-- requirement: I11
SELECT partner, carrier, subject, number AS reference, delivered_at AS since,
  CASE WHEN proof_at > 0 AND proof_at - delivered_at <= CAST(:objective * 1000000 AS BIGINT) THEN 1 ELSE 0 END AS value,
  1 AS weight, '' AS detail, '' AS owner
FROM parcel
WHERE delivered_at > :since AND delivered_at <= :at - CAST(:objective * 1000000 AS BIGINT)
