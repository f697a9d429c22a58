using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Kept.Egress;
using Kept.Model;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Kept.Tell;

/// <summary>One try over mail. MailKit speaks, over a stream that our dialer opened; TLS is required unless the server is on this machine.</summary>
internal static class MailWay
{
    public static async Task<Receipt> SendAsync(Dialer dialer, TellRoute route, Message message, string house, string? pages, TimeProvider time, List<string> used, CancellationToken deadline)
    {
        var server = new Uri(route.Address);
        var host = HostText.Canonical(server) ?? throw EgressException.OfUs(GapCause.Fault, "the mail server has no name");
        var where = HostPort.Write(host, server.Port);
        var trail = new DialTrail(time);
        var implicitTls = server.Scheme == "smtps";
        var stream = implicitTls ? (Stream)await dialer.ConnectTlsAsync(host, server.Port, null, acceptsAny: false, [], DocumentOrigin.Ours, trail, deadline)
            : await dialer.ConnectAsync(host, server.Port, DocumentOrigin.Ours, trail, deadline);
        await using (stream)
        {
            using var client = new OfflineSmtpClient
            {
                LocalDomain = "kept.invalid",
                CheckCertificateRevocation = false,
                ServerCertificateValidationCallback = (_, shown, chain, errors) => shown is X509Certificate2 leaf && dialer.Holds(leaf, chain, errors, host),
            };
            try
            {
                // in clear only to this very machine: the address that was dialled decides, not the name
                var mayBeClear = trail.Address is { } address && IPAddress.IsLoopback(address) && !trail.IsBehindProxy;
                await client.ConnectAsync(stream, host, server.Port, implicitTls ? SecureSocketOptions.None : mayBeClear ? SecureSocketOptions.StartTlsWhenAvailable : SecureSocketOptions.StartTls, deadline);
                if (route.User is { } user && route.Secret is { } password)
                    await client.AuthenticateAsync(Secrets.Expand(user, used), Secrets.Expand(password, used), deadline);
                using var mail = Mail(route, message, house, pages);
                var answer = await client.SendAsync(mail, deadline);
                await LeaveAsync(client, deadline);
                return new Receipt(TryOutcome.Carried, Words.Plain(Secrets.Redact($"{where} took it: {answer}", used), 200));
            }
            catch (SmtpCommandException fault)
            {
                var code = ((int)fault.StatusCode).ToString(CultureInfo.InvariantCulture);
                return new Receipt((int)fault.StatusCode is >= 500 and < 600 && fault.ErrorCode != SmtpErrorCode.UnexpectedStatusCode ? TryOutcome.Refused : TryOutcome.Failed,
                    Words.Plain(Secrets.Redact($"{where} answered {code}: {fault.Message}", used), 200));
            }
            catch (AuthenticationException)
            {
                return new Receipt(TryOutcome.Failed, $"{where} does not take the user and password");
            }
            catch (NotSupportedException)
            {
                return new Receipt(TryOutcome.Failed, $"{where} does not offer what is needed: STARTTLS, or a way to log in; nothing was said in clear");
            }
            catch (SslHandshakeException)
            {
                return new Receipt(TryOutcome.Failed, $"the TLS handshake with {where} failed, or its certificate does not hold");
            }
            catch (Exception fault) when (fault is SmtpProtocolException or IOException)
            {
                return new Receipt(TryOutcome.Failed, $"{where} cut the connection, or does not speak SMTP");
            }
        }
    }

    private static async Task LeaveAsync(SmtpClient client, CancellationToken deadline)
    {
        try
        {
            await client.DisconnectAsync(quit: true, deadline);
        }
        catch (Exception fault) when (fault is IOException or SmtpProtocolException or SmtpCommandException or OperationCanceledException)
        {
            // it was taken: how the other end says goodbye changes nothing
        }
    }

    /// <summary>The mail. MimeKit encodes what is no ASCII and folds lines; a title has no line break to begin with.</summary>
    internal static MimeMessage Mail(TellRoute route, Message message, string house, string? pages)
    {
        var domain = route.From![(route.From!.LastIndexOf('@') + 1)..];
        var mail = new MimeMessage { Subject = Words.Title(message), Date = message.At.ToDateTimeOffset(), MessageId = $"{message.Id}@{domain}" };
        mail.From.Add(new MailboxAddress("Kept", route.From));
        foreach (var to in route.To) mail.To.Add(new MailboxAddress("", to));
        mail.Headers.Add("Auto-Submitted", "auto-generated"); // RFC 3834: no holiday answers
        mail.Headers.Add("X-Kept-House", house);
        if (message.Answers is { } answers)
        {
            mail.InReplyTo = $"{answers}@{domain}";
            mail.References.Add($"{answers}@{domain}");
        }
        mail.Body = new TextPart("plain") { Text = Words.Text(message, pages) + "\n-- \n" + $"Kept, house {house}, route {route.Name}, entry {message.Sequence.ToString(CultureInfo.InvariantCulture)}\n" };
        return mail;
    }

    /// <summary>MailKit's client with a chain that nothing is fetched for: by default .NET would fetch whatever a certificate names before anybody has judged it.</summary>
    internal sealed class OfflineSmtpClient : SmtpClient
    {
        protected override SslClientAuthenticationOptions GetSslClientAuthenticationOptions(string host, RemoteCertificateValidationCallback remoteCertificateValidationCallback)
        {
            var options = base.GetSslClientAuthenticationOptions(host, remoteCertificateValidationCallback);
            options.CertificateChainPolicy = Dialer.OfflineChain();
            return options;
        }
    }
}
