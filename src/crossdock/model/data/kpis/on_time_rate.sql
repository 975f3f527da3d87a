-- title: Delivered on time
-- meaning: Of the parcels delivered with a promise: those that came by it.
-- unit: percent
-- measure: share
-- under: 90
-- severity: high
-- owner: carriers-desk
-- do: Compare carriers: crossdock partner scorecard.
-- page: orders
-- filter: milestone=delivered
-- hours: 168
-- scorecard: 1
-- requirement: I11 L21
SELECT partner, carrier, subject, number AS reference, delivered_at AS since, on_time AS value, 1 AS weight, '' AS detail,
  '' AS owner
FROM parcel
WHERE delivered_at > :since AND delivered_at <= :at AND on_time >= 0
