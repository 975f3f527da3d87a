"""What can be configured of events out (bridges, webhooks) and messages of brokers in (subscriptions)."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from crossdock.settings.words import EventPattern, PartnerId, Size


class NatsServer(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a NATS cluster is reached."""

    servers: Annotated[
        tuple[str, ...],
        Meta(description="Addresses of the cluster", min_length=1, examples=[["nats://127.0.0.1:4222"]]),
    ]
    user: Annotated[str, Meta(description="User; empty: none", examples=["crossdock"])] = ""
    password: Annotated[
        str,
        Meta(
            description="The user's password, or a token",
            examples=["secret://env/BROKER_PASSWORD"],
            extra={"secret": True},
        ),
    ] = ""
    tls: Annotated[bool, Meta(description="Speak TLS, verified by the system's authorities")] = False


class NatsOut(NatsServer, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Events to a NATS JetStream stream; `Nats-Msg-Id` is the event's id."""

    stream: Annotated[str, Meta(description="The stream", pattern=r"^[A-Za-z0-9_-]+$", examples=["CROSSDOCK"])] = (
        "CROSSDOCK"
    )
    prefix: Annotated[
        str,
        Meta(
            description="Subjects are PREFIX.TYPE.SUBJECT; dots, blanks and wildcards in SUBJECT become _",
            pattern=r"^[A-Za-z0-9_.-]+$",
            examples=["crossdock.events"],
        ),
    ] = "crossdock.events"
    create: Annotated[bool, Meta(description="Make the stream where there is none")] = True
    replicas: Annotated[int, Meta(description="Replicas of a stream that is made", ge=1, le=5)] = 1
    duplicate_seconds: Annotated[
        float, Meta(description="How long a stream that is made drops repeated ids", ge=1, le=86400)
    ] = 120.0


class NatsIn(NatsServer, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Messages of a NATS JetStream stream, by a durable consumer that all workers share."""

    stream: Annotated[str, Meta(description="The stream; it must exist", examples=["YARD"])]
    subject: Annotated[str, Meta(description="Which subjects of it", examples=["yard.scans.>"])] = ">"
    durable: Annotated[str, Meta(description="Name of the consumer at the server", pattern=r"^[A-Za-z0-9_-]+$")] = (
        "crossdock"
    )


class RabbitServer(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How RabbitMQ is reached."""

    host: Annotated[str, Meta(description="Host name", examples=["rabbit.example"])] = "127.0.0.1"
    port: Annotated[int, Meta(description="Port", ge=1, le=65535)] = 5672
    virtual_host: Annotated[str, Meta(description="Virtual host")] = "/"
    user: Annotated[str, Meta(description="User", examples=["crossdock"])] = "guest"
    password: Annotated[
        str,
        Meta(
            description="The user's password; empty: guest",
            examples=["secret://env/BROKER_PASSWORD"],
            extra={"secret": True},
        ),
    ] = ""
    tls: Annotated[bool, Meta(description="Speak TLS, verified by the system's authorities")] = False


class RabbitOut(RabbitServer, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Events to a durable topic exchange, persistent and confirmed; the routing key is the event's type."""

    exchange: Annotated[str, Meta(description="Exchange, made where there is none", examples=["crossdock.events"])] = (
        "crossdock.events"
    )
    queue: Annotated[
        str, Meta(description="A durable queue to make and bind to all of them; empty: none", examples=["analytics"])
    ] = ""
    require_queue: Annotated[
        bool, Meta(description="Events that reach no queue wait; false lets the broker drop them")
    ] = True


class RabbitIn(RabbitServer, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Messages of a queue."""

    queue: Annotated[str, Meta(description="The queue; made durable where there is none", examples=["yard-scans"])]


class KafkaServer(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a Kafka cluster is reached."""

    servers: Annotated[
        tuple[str, ...], Meta(description="Addresses of the cluster", min_length=1, examples=[["127.0.0.1:9092"]])
    ]
    user: Annotated[str, Meta(description="SASL user; empty: none", examples=["crossdock"])] = ""
    password: Annotated[
        str,
        Meta(description="The user's password", examples=["secret://env/BROKER_PASSWORD"], extra={"secret": True}),
    ] = ""
    mechanism: Annotated[
        Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"], Meta(description="How the user proves it")
    ] = "SCRAM-SHA-512"
    tls: Annotated[bool, Meta(description="Speak TLS, verified by the system's authorities")] = False


class KafkaOut(KafkaServer, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Events to a topic, acknowledged by all replicas in sync; the key is the event's subject."""

    topic: Annotated[str, Meta(description="The topic; it must exist", examples=["crossdock.events"])] = (
        "crossdock.events"
    )
    idempotent: Annotated[
        bool, Meta(description="Let the broker drop the client's own repetitions; false for brokers that cannot")
    ] = True


class KafkaIn(KafkaServer, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Messages of a topic, by a consumer group that all workers share."""

    topic: Annotated[str, Meta(description="The topic", examples=["yard.scans"])]
    group: Annotated[str, Meta(description="The consumer group")] = "crossdock"


class MqttServer(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How an MQTT 5 broker is reached."""

    host: Annotated[str, Meta(description="Host name", examples=["mqtt.example"])] = "127.0.0.1"
    port: Annotated[int, Meta(description="Port; 8883 is usual with TLS", ge=1, le=65535)] = 1883
    user: Annotated[str, Meta(description="User; empty: none", examples=["crossdock"])] = ""
    password: Annotated[
        str,
        Meta(description="The user's password", examples=["secret://env/BROKER_PASSWORD"], extra={"secret": True}),
    ] = ""
    tls: Annotated[bool, Meta(description="Speak TLS, verified by the system's authorities")] = False


class MqttOut(MqttServer, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Events to topics PREFIX/TYPE/SUBJECT with QoS 1; the dots of the type become slashes."""

    prefix: Annotated[str, Meta(description="Beginning of the topics", pattern=r"^[^#+\s]+$")] = "crossdock/events"


class MqttIn(MqttServer, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Messages of topics, QoS 1, acknowledged once durable, by a session that the broker keeps."""

    topic: Annotated[str, Meta(description="Topic filter", examples=["yard/scans/#"])]
    client_id: Annotated[
        str, Meta(description="Names the session at the broker; one worker at a time holds it", min_length=1)
    ] = "crossdock"


class BridgeSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Events to one broker: name exactly one of nats, rabbitmq, kafka, mqtt."""

    nats: Annotated[NatsOut | None, Meta(description="NATS JetStream (extra: crossdock[nats])")] = None
    rabbitmq: Annotated[RabbitOut | None, Meta(description="RabbitMQ (extra: crossdock[rabbitmq])")] = None
    kafka: Annotated[KafkaOut | None, Meta(description="Kafka (extra: crossdock[kafka])")] = None
    mqtt: Annotated[MqttOut | None, Meta(description="MQTT 5 (extra: crossdock[mqtt])")] = None
    types: Annotated[
        tuple[EventPattern, ...],
        Meta(description="Event types that leave, as patterns", min_length=1, examples=[["tracking.*", "shipment.*"]]),
    ] = ("*",)
    start: Annotated[Literal["now", "beginning"], Meta(description="Where it begins in the log when it first runs")] = (
        "now"
    )
    quiet: Annotated[bool, Meta(description="Also what was replayed or back-filled; it carries quiet: true")] = False
    enabled: Annotated[bool, Meta(description="false keeps the settings and its place, and sends nothing")] = True


class WebhookSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Events to one URL, signed as Standard Webhooks says (https://www.standardwebhooks.com)."""

    url: Annotated[
        str,
        Meta(
            description="Where they are posted to",
            pattern=r"^https?://[^\s@]+$",
            examples=["https://portal.example.com/hooks/crossdock"],
        ),
    ]
    secrets: Annotated[
        tuple[str, ...],
        Meta(
            description="Signing secrets (whsec_ and Base64) as references; every one signs, so that keys can be "
            "changed without a gap",
            min_length=1,
            max_length=4,
            examples=[["secret://file/secrets/portal-hook"]],
            extra={"secret": True},
        ),
    ]
    types: Annotated[
        tuple[EventPattern, ...],
        Meta(description="Event types that leave, as patterns", min_length=1, examples=[["tracking.*", "shipment.*"]]),
    ] = ("*",)
    start: Annotated[Literal["now", "beginning"], Meta(description="Where it begins in the log when it first runs")] = (
        "now"
    )
    quiet: Annotated[bool, Meta(description="Also what was replayed or back-filled; it carries quiet: true")] = False
    enabled: Annotated[bool, Meta(description="false keeps the settings and its place, and sends nothing")] = True
    parallel: Annotated[int, Meta(description="Calls at the same time, never two for one subject", ge=1, le=64)] = 8
    timeout: Annotated[float, Meta(description="Seconds an answer may take", ge=1, le=60)] = 15.0
    give_up_hours: Annotated[
        Size, Meta(description="An event the receiver declines is tried for so long, then listed as missed")
    ] = 72.0
    disable_after_days: Annotated[
        float, Meta(description="Disabled when nothing was taken for so long; 0: never", ge=0)
    ] = 5.0
    allow_private: Annotated[
        bool, Meta(description="It may stand on a private or loopback address and speak plain http")
    ] = False


class SubscriptionSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Messages of one broker to the intake of a partner: name exactly one of nats, rabbitmq, kafka, mqtt."""

    partner: Annotated[PartnerId, Meta(description="Whose messages they are; its connector reads them")]
    channel: Annotated[
        str, Meta(description="The webhook or feed of the partner that they count as", examples=["events"])
    ]
    nats: Annotated[NatsIn | None, Meta(description="NATS JetStream (extra: crossdock[nats])")] = None
    rabbitmq: Annotated[RabbitIn | None, Meta(description="RabbitMQ (extra: crossdock[rabbitmq])")] = None
    kafka: Annotated[KafkaIn | None, Meta(description="Kafka (extra: crossdock[kafka])")] = None
    mqtt: Annotated[MqttIn | None, Meta(description="MQTT 5 (extra: crossdock[mqtt])")] = None
    unwrap: Annotated[
        bool, Meta(description="The message is a CloudEvent in structured mode: its data is what the partner said")
    ] = False
    enabled: Annotated[bool, Meta(description="false keeps the settings and takes nothing")] = True
