using System.Collections.Frozen;

namespace Kept.Import.Kuma;

/// <summary>Every field that a monitor of Uptime Kuma 1 or 2 has, in its backup or in its database. What is none of them is told.</summary>
internal static class KumaKnown
{
    public static readonly FrozenSet<string> Fields = """
        id name description path pathName parent childrenIDs url method hostname port maxretries weight active forceInactive type timeout interval retryInterval
        retryOnlyOnStatusCodeFailure resendInterval keyword invertKeyword expiryNotification domainExpiryNotification ignoreTls upsideDown packetSize maxredirects
        accepted_statuscodes accepted_statuscodes_json dns_resolve_type dns_resolve_server dns_last_result docker_container docker_host proxyId notificationIDList tags
        maintenance mqttTopic mqttSuccessMessage mqttCheckType mqttUsername mqttPassword mqttWebsocketPath databaseQuery databaseConnectionString authMethod
        authWorkstation authDomain grpcUrl grpcProtobuf grpcMethod grpcServiceName grpcEnableTls grpcBody grpcMetadata radiusCalledStationId radiusCallingStationId
        radiusUsername radiusPassword radiusSecret game gamedigGivenPortOnly httpBodyEncoding jsonPath jsonPathOperator expectedValue system_service_name
        kafkaProducerTopic kafkaProducerBrokers kafkaProducerSsl kafkaProducerAllowAutoTopicCreation kafkaProducerMessage kafkaProducerSaslOptions screenshot
        screenshot_delay cacheBust remote_browser snmpOid snmpVersion snmpCommunity smtpSecurity rabbitmqNodes rabbitmqUsername rabbitmqPassword conditions ipFamily
        expectedTlsAlert ping_numeric ping_count ping_per_request_timeout saveResponse saveErrorResponse responseMaxLength headers body basic_auth_user basic_auth_pass
        oauth_client_id oauth_client_secret oauth_token_url oauth_scopes oauth_audience oauth_auth_method pushToken tlsCa tlsCert tlsKey includeSensitiveData
        wsIgnoreSecWebsocketAcceptHeader wsSubprotocol created_date user_id restart_url subtype location protocol manual_status customUrl bearerToken
        ntpStratumThreshold ntpTimeOffsetThreshold ntpRootDispersionThreshold showOnlyLastHeartbeat oauth_client_auth_method
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(KumaFields.Plain).ToFrozenSet(StringComparer.Ordinal);
}
