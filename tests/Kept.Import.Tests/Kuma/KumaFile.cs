using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Kept.Import.Tests.Kuma;

/// <summary>A database as Uptime Kuma 2 makes it (db/knex_init_db.js and its migrations), with the columns that matter here under their own names.</summary>
internal sealed class KumaFile : IDisposable
{
    private const string Schema = """
        CREATE TABLE monitor (id integer not null primary key autoincrement, name varchar(150), active boolean not null default 1, user_id integer, interval integer not null default 20, url text, type varchar(20),
            weight integer default 2000, hostname varchar(255), port integer, created_date datetime not null default (datetime('now')), keyword varchar(255), maxretries integer not null default 0,
            ignore_tls boolean not null default 0, upside_down boolean not null default 0, maxredirects integer not null default 10, accepted_statuscodes_json text not null default '["200-299"]',
            dns_resolve_type varchar(5), dns_resolve_server varchar(255), dns_last_result varchar(255), retry_interval integer not null default 0, push_token varchar(32), method text not null default 'GET',
            body text, headers text, basic_auth_user text, basic_auth_pass text, docker_host integer, docker_container varchar(255), proxy_id integer, expiry_notification boolean default 1,
            mqtt_topic text, mqtt_success_message varchar(255), mqtt_username varchar(255), mqtt_password varchar(255), database_connection_string varchar(2000), database_query text, auth_method varchar(250),
            grpc_enable_tls boolean not null default 0, radius_secret varchar(255), resend_interval integer not null default 0, packet_size integer not null default 56, game varchar(255),
            http_body_encoding varchar(25), description text, parent integer, invert_keyword boolean not null default 0, json_path text, expected_value varchar(255), timeout double not null default 0,
            json_path_operator text, conditions text not null default '[]', mqtt_check_type varchar(255) not null default 'keyword', ping_count integer not null default 1,
            domain_expiry_notification boolean default 0, smtp_security varchar(255), ws_subprotocol varchar(255) not null default '');
        CREATE TABLE heartbeat (id integer not null primary key autoincrement, important boolean not null default 0, monitor_id integer not null, status smallint not null, msg text, time datetime not null,
            ping integer, duration integer not null default 0, down_count integer not null default 0, end_time datetime, retries integer not null default 0);
        CREATE TABLE stat_daily (id integer not null primary key autoincrement, monitor_id integer not null, timestamp integer not null, ping float not null, up smallint not null, down smallint not null, ping_min float default 0, ping_max float default 0, extras text);
        CREATE TABLE notification (id integer not null primary key autoincrement, name varchar(255), active boolean not null default 1, user_id integer, is_default boolean not null default 0, config longtext);
        CREATE TABLE monitor_notification (id integer not null primary key autoincrement, monitor_id integer not null, notification_id integer not null);
        CREATE TABLE tag (id integer not null primary key autoincrement, name varchar(255) not null, color varchar(255) not null);
        CREATE TABLE monitor_tag (id integer not null primary key autoincrement, monitor_id integer not null, tag_id integer not null, value text);
        CREATE TABLE maintenance (id integer not null primary key autoincrement, title varchar(150) not null, description text not null, active boolean not null default 1, strategy varchar(50) not null default 'single',
            start_date datetime, end_date datetime, start_time time, end_time time, weekdays varchar(250) default '[]', days_of_month text default '[]', interval_day integer, cron text, timezone varchar(255), duration integer);
        CREATE TABLE monitor_maintenance (id integer not null primary key autoincrement, monitor_id integer not null, maintenance_id integer not null);
        CREATE TABLE setting (id integer not null primary key autoincrement, key varchar(200) not null unique, value text, type varchar(20));
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kept-kuma-");

    public KumaFile(string? content = null, string? schema = null)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = FullPath, Pooling = false }.ToString());
        connection.Open();
        foreach (var text in new[] { schema ?? Schema, content })
        {
            if (text is null) continue;
            using var command = connection.CreateCommand();
            command.CommandText = text;
            command.ExecuteNonQuery();
        }
    }

    public string FullPath => Path.Combine(_folder.FullName, "kuma.db");

    public string Folder => _folder.FullName;

    public ForeignFile File => new("kuma.db", FullPath, ReadOnlyMemory<byte>.Empty, IsDatabase: true);

    /// <summary>Monitors of the type http, numbered from 1, and looks of each in turn.</summary>
    public static string Many(int monitors, int looks) => string.Create(CultureInfo.InvariantCulture, $"""
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {monitors}) INSERT INTO monitor (id, name, type, url, interval, timeout, maxretries) SELECT i, 'monitor ' || i, 'http', 'https://h' || i || '.example/', 60, 48, 1 FROM n;
        WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {looks - 1}) INSERT INTO heartbeat (monitor_id, status, msg, time, ping)
            SELECT i % {monitors} + 1, i % 50 <> 0, '200 - OK', strftime('%Y-%m-%d %H:%M:%f', 1767225600 + i / {monitors} * 60, 'unixepoch'), i % 900 FROM n;
        """);

    public void Dispose() => _folder.Delete(recursive: true);
}
