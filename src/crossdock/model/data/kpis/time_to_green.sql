-- title: Days to green
-- meaning: From a partner's first message to its certification: the mean of those certified.
-- unit: days
-- measure: mean
-- owner: integration
-- do: See what the certification still lacks.
-- page: exceptions
-- hours: 2160
-- needs: certification
-- requirement: I12 L21
SELECT target AS partner, '' AS carrier, '' AS subject, detail AS reference, at AS since,
  (at - (SELECT MIN(exchange.received_at) FROM exchange WHERE exchange.partner = audit.target)) / 86400000000.0 AS value,
  1 AS weight, '' AS detail, actor AS owner
FROM audit
WHERE action = 'partner.certified' AND at > :since AND at <= :at
