/// What the schema alone tells of a run before it changes anything.
extension Runner {
    /// Refuses pending migrations that would stop half-way: at parts that the newest schema does not know, where they reach
    /// it, or at an SQL error, which an empty copy of the schema shows as well.
    /// - Throws: ``MigrationError`` with ``MigrationError/Code/schemaDiffers``.
    func requirePassable(_ pending: [RegisteredMigration], of plan: Plan, on schema: Schema) throws {
        if (pending.last?.number ?? plan.version) == catalogue.newest { try requireKnown(pending, on: schema) }
        guard !pending.isEmpty, let (error, title) = failure(of: pending) else { return }
        throw MigrationError(
            .schemaDiffers, error.description, migration: title,
            nextStep: "Nothing was changed. Mend the cause in the schema, then run again.", underlying: error)
    }

    /// The SQL error that migrations run into on an empty copy, with the migration; `nil` when there is none, or no copy
    /// can be made. What else they throw may be about rows that the copy does not have.
    private func failure(of migrations: [RegisteredMigration]) -> (error: DatabaseError, title: String)? {
        let onStatement = connection.onStatement
        connection.onStatement = nil
        defer { connection.onStatement = onStatement }
        var title: String?
        do {
            try connection.withEmptyCopy { copy in
                let runner = Runner(catalogue: catalogue, connection: copy)
                for migration in migrations {
                    title = migration.title
                    let schema = try copy.readSchema()
                    if !runner.isPresent(migration, on: schema) { _ = try runner.perform(migration, on: schema) }
                }
                title = "looking at the schema"
            }
        } catch {
            guard let title, let error = error as? DatabaseError else { return nil }
            // The other kinds are about the server, the moment or the role.
            guard error.kind == .other || error.kind == .constraint else { return nil }
            return (error, title)
        }
        return nil
    }
}
