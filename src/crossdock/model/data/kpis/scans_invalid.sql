-- title: Scans nobody understands
-- meaning: Of all scans: those whose code no mapping knows.
-- unit: percent
-- measure: ratio
-- owner: integration
-- do: Rule on the codes: crossdock mapping gaps.
-- page: parked
-- hours: 168
-- scorecard: 11
-- requirement: I11
SELECT partner, carrier, subject, number AS reference, booked_at AS since, invalid AS value, scans AS weight, '' AS detail,
  '' AS owner
FROM parcel
WHERE booked_at > :since AND booked_at <= :at AND scans > 0
