import CLibPQ
public import Migrations

/// The process that leads has a second session, whose transaction holds an advisory lock, and counts its progress in the name
/// of that session. It looks from there whether the first one works or waits.
extension PostgresConnection: LeaderElection {
    /// This tool's own number for the lead: the letters `kohakuld`.
    private static let lock: Int64 = 0x6b6f_6861_6b75_6c64

    public func leader() throws -> Leader? {
        // The views of the server's sessions take longer than all the rest of a run with nothing to do.
        let isFree = try query("SELECT pg_try_advisory_xact_lock_shared($1)", [.integer(Self.lock)]).first?[0].boolean
        if isFree == true { return nil }
        let sessions = try query(
            """
            SELECT a.pid, a.application_name, host(a.client_addr)
            FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid
            WHERE l.granted AND l.locktype = 'advisory' AND l.objsubid = 1 AND l.mode = 'ExclusiveLock'
                AND (l.classid::bigint << 32 | l.objid::bigint) = $1
                AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """, [.integer(Self.lock)])
        guard let session = sessions.first else { return nil }
        // A role that may not see another one's sessions sees their numbers only.
        let name = session[1].text ?? ""
        let parts = name.split(separator: " #")
        return Leader(
            name: "\(parts.first ?? "another process") (server process \(try session.integer(0)))", sign: name)
    }

    public func lead() throws -> Leadership? {
        // A role that may have one session only migrates without a lead.
        guard let leadSession = try? PostgresConnection(parameters: parameters, logger: logger) else {
            return Leadership()
        }
        leadSession.interruption = interruption
        let settings = Self.settings(version: libpq.PQserverVersion(handle)).filter { $0.name.hasSuffix("_timeout") }
        try leadSession.execute(
            (["BEGIN"] + settings.map { "SET LOCAL \($0.name) = \($0.value)" }).joined(separator: "; "))
        let show = { [weak leadSession] (number: Int) in
            _ = try? leadSession?.query(
                "SELECT set_config('application_name', $1, true)", [.text("\(ThisProcess.name) #\(number)")])
        }
        // Whoever sees the lock sees the name.
        show(0)
        guard
            try leadSession.query("SELECT pg_try_advisory_xact_lock($1)", [.integer(Self.lock)]).first?[0].boolean
                == true
        else { return nil }
        self.leadSession = leadSession
        return Leadership(show: show, end: { [weak self] in self?.leadSession = nil })
    }

    /// Reports progress while a statement executes, unless the server says that it waits for somebody's lock.
    func reportWork() {
        guard let leadSession, !isLocking, ContinuousClock.now >= nextObservation else { return }
        nextObservation = .now + .seconds(1)
        // Within a transaction the server shows the sessions as they were at the first look.
        _ = try? leadSession.query("SELECT pg_stat_clear_snapshot()")
        let isWorking = try? leadSession.query(
            """
            SELECT true FROM pg_stat_activity
            WHERE pid = $1 AND state = 'active' AND wait_event_type IS DISTINCT FROM 'Lock'
            """, [.integer(Int64(libpq.PQbackendPID(handle)))])
        if isWorking?.isEmpty == false { observer?.advance() }
    }
}
