-- title: Time to first scan
-- meaning: From the label to the carrier's first scan, of parcels that have one: half are faster.
-- unit: hours
-- measure: median
-- owner: carriers-desk
-- do: Compare carriers: crossdock partner scorecard.
-- page: orders
-- hours: 168
-- scorecard: 3
-- requirement: I11
SELECT partner, carrier, subject, number AS reference, booked_at AS since,
  CASE WHEN scanned_at > booked_at THEN scanned_at - booked_at ELSE 0 END / 3600000000.0 AS value, 1 AS weight,
  '' AS detail, '' AS owner
FROM parcel
WHERE booked_at > :since AND booked_at <= :at AND scanned_at > 0 AND voided_at = 0
