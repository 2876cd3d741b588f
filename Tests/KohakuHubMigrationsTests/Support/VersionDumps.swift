import KohakuHubMigrations
import Migrations
import MigrationsTesting

extension TestDatabase {
    /// What the database holds now, and would hold after each migration of a run to the newest: what such a run leaves when
    /// it is stopped.
    func dumpsOnTheWay() throws -> [LogicalDump] {
        try withCopy { copy in
            var dumps = [Result { try LogicalDump(of: copy) }]
            let runner = Runner(
                catalogue: .kohakuHub, connection: try copy.connect(),
                emit: { event in
                    if case .finished = event { dumps.append(Result { try LogicalDump(of: copy) }) }
                })
            _ = try runner.run(to: .newest)
            return try dumps.map { try $0.get() }
        }
    }
}
