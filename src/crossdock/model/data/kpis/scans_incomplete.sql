-- title: Scans with missing fields
-- meaning: Of all scans: those without a place or without a time zone.
-- unit: percent
-- measure: ratio
-- owner: integration
-- do: Ask the carrier for the fields, or map where they are.
-- page: orders
-- hours: 168
-- scorecard: 9
-- requirement: I11
SELECT partner, carrier, subject, number AS reference, booked_at AS since, incomplete AS value, scans AS weight,
  '' AS detail, '' AS owner
FROM parcel
WHERE booked_at > :since AND booked_at <= :at AND scans > 0
