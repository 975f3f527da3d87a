-- title: Late scans
-- meaning: Of all scans: those told more than four hours after they happened.
-- unit: percent
-- measure: ratio
-- owner: integration
-- do: See whether webhooks can replace a schedule.
-- page: orders
-- hours: 168
-- scorecard: 10
-- requirement: I11
SELECT partner, carrier, subject, number AS reference, booked_at AS since, late AS value, scans AS weight, '' AS detail,
  '' AS owner
FROM parcel
WHERE booked_at > :since AND booked_at <= :at AND scans > 0
