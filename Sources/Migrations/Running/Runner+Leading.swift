/// Of several processes one plans and changes; the others wait as long as that makes progress, and then find nothing to do.
extension Runner {
    /// Plans a command and executes it, as the leader where there is something to do.
    func perform(_ command: Plan.Command) throws -> RunReport {
        let heart = Heartbeat(progress)
        let original = connection.observer
        let observer = original ?? ActivityObserver()
        connection.observer = observer
        observer.onProgress = heart.beat
        defer {
            observer.onProgress = nil
            connection.observer = original
        }
        guard let election = connection as? any LeaderElection else { return try execute(plan(for: command)) }
        while true {
            try attributingErrors(to: nil, isReading: true) { try wait(forLeaderOf: election, heart) }
            do {
                // The lead is not taken for a look, and the checks of the rows are made once.
                let draft = try plan(for: command, withChecks: false)
                guard draft.isFresh || draft.needsPreflight else { return try execute(draft) }
            } catch let error as MigrationError where error.code == .locked {
                // Another process took the lead, and its locks, after the look for one.
                guard (try? election.leader()) != nil else { throw error }
                continue
            }
            heart.leadership = try attributingErrors(to: nil, isReading: true) { try election.lead() }
            defer { heart.leadership = nil }
            if heart.leadership != nil {
                return try execute(plan(for: command, withChecks: true, isExecuted: true))
            }
        }
    }

    /// Waits until no process leads.
    /// - Throws: ``DatabaseError`` that names one which makes no progress any more.
    private func wait(forLeaderOf election: any LeaderElection, _ heart: Heartbeat) throws {
        let clock = ContinuousClock()
        var known: Leader?
        var since = clock.now
        while let leader = try election.leader() {
            if leader.name != known?.name { emit(.waiting(for: leader)) }
            if leader != known {
                known = leader
                since = clock.now
                heart.beat()
            }
            guard clock.now - since < patience else {
                throw DatabaseError(
                    .locked,
                    "\(leader.name) migrates this database and has made no progress for \(patience.components.seconds) s"
                )
            }
            try connection.checkInterruption()
            pause(milliseconds: 100)
        }
    }
}
