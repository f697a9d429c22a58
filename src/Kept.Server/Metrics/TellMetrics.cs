using Kept.Server.Api;
using Kept.Tell;

namespace Kept.Server.Metrics;

/// <summary>The routes over which people are told, for whoever watches the watcher.</summary>
internal static class TellMetrics
{
    public static void Write(OpenMetrics writer, TellView telling)
    {
        var routes = telling.Routes.Select(route => (Route: route, Labels: OpenMetrics.Labels(("route", route.Name), ("kind", route.Kind)))).ToArray();
        void Each(string name, string type, string suffix, string help, Func<RouteView, long> of)
        {
            writer.Family(name, type, "", help);
            foreach (var (route, labels) in routes) writer.Sample(suffix, labels, of(route));
        }
        Each("kept_tell_route_working", "gauge", "", "1 while a route carries messages; 0 while it fails, is gone, or never carried one.", route => TellApi.State(route) == "working" ? 1 : 0);
        Each("kept_tell_messages_told", "counter", "_total", "Messages that a route carried.", route => route.ToldCount);
        Each("kept_tell_messages_waiting", "gauge", "", "Messages that wait for a route.", route => route.Waiting);
        Each("kept_tell_messages_given_up", "counter", "_total", "Messages that a route never carried, and that are tried no more.", route => route.DeadCount);
        writer.Family("kept_tell_route_proven_timestamp_seconds", "gauge", "seconds", "When a route last carried a message; absent where it never did.");
        foreach (var (route, labels) in routes)
            if (route.ProvenAt is { } at)
                writer.Moment(labels, at);
        writer.Family("kept_tell_silences", "gauge", "", "Silences that hold.");
        writer.Sample("", default, telling.Silences.Length);
        writer.Family("kept_telling", "gauge", "", "1 while messages can be made; 0 while the ledger does not take them.");
        writer.Sample("", default, telling.Fault is null ? 1 : 0);
    }
}
