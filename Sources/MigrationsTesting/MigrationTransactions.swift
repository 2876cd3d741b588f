public import Migrations

extension Driver {
    /// A migration transaction of a database that nobody else uses: nothing has to be locked.
    public func withMigrationTransaction<Result>(
        isDryRun: Bool = false, _ body: () throws -> Result
    ) throws -> Result {
        try withMigrationTransaction(locking: [], isDryRun: isDryRun, body)
    }
}
