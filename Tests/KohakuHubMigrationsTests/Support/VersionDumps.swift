import KohakuHubMigrations
import Migrations
import MigrationsTesting

extension TestDatabase {
    /// What the database would hold at this version, where it is now, and after each later migration: what a run that is
    /// stopped may leave.
    func dumpsOfEachVersion(from version: Int) throws -> [LogicalDump] {
        try withCopy { copy in
            let runner = Runner(catalogue: .kohakuHub, connection: try copy.connect())
            return try (version...Upgrade.newest).map { number in
                _ = try runner.run(to: .upTo(number))
                return try LogicalDump(of: copy)
            }
        }
    }
}
