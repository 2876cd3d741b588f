public import Migrations

extension Driver {
    /// A migration transaction of a database that nobody else uses: nothing has to be locked.
    public func withMigrationTransaction<Result>(
        isRehearsal: Bool = false, _ body: () throws -> Result
    ) throws -> Result {
        try withMigrationTransaction(locking: [], isRehearsal: isRehearsal, body)
    }
}
