-- title: First scan in time
-- meaning: Of the parcels whose label is older than the objective: those first scanned within it.
-- unit: percent
-- measure: share
-- under: 80
-- severity: high
-- owner: carriers-desk
-- do: Look whether collections are missed; then ask the carrier.
-- page: exceptions
-- filter: kind=scan.missing
-- hours: 168
-- objective: 86400
-- scorecard: 2
-- requirement: I11
SELECT partner, carrier, subject, number AS reference, booked_at AS since,
  CASE WHEN scanned_at > 0 AND scanned_at - booked_at <= CAST(:objective * 1000000 AS BIGINT) THEN 1 ELSE 0 END AS value,
  1 AS weight, '' AS detail, '' AS owner
FROM parcel
WHERE booked_at > :since AND booked_at <= :at - CAST(:objective * 1000000 AS BIGINT) AND voided_at = 0
