/// How far a run goes.
public enum Target: Sendable, Hashable {
    /// To the newest migration.
    case newest
    /// Up to and including a migration.
    case upTo(Int)
    /// Just one migration; an older pending one is an error.
    case only(Int)
}

extension [MigrationStatus] {
    /// The pending migrations that a target asks for.
    /// - Throws: ``MigrationError`` with ``MigrationError/Code/usage``.
    public func pending(for target: Target, _ words: Vocabulary = Vocabulary()) throws -> [MigrationStatus] {
        switch target {
        case .newest:
            return pending
        case .upTo(let number):
            try requireKnown(number, words)
            guard number >= lowestVersion else {
                throw MigrationError(
                    .usage,
                    "the database is at version \(version.paddedToThree) already, above the target \(number.paddedToThree)",
                    nextStep: "Migrations only go forward: restore a backup to go back.")
            }
            return pending.filter { $0.migration.number <= number }
        case .only(let number):
            try requireKnown(number, words)
            guard let status = pending.first(where: { $0.migration.number == number }) else { return [] }
            if let older = pending.first?.migration, older.number < number {
                throw MigrationError(
                    .usage,
                    "migration \(status.migration.title) cannot run before \(older.title), which is pending",
                    nextStep: "Run \(older.number.paddedToThree) first.\(words.advice("Run all of them", "run"))")
            }
            return [status]
        }
    }

    /// The lowest version whose schema this one can be: a migration that can be present early does not count.
    private var lowestVersion: Int {
        last { $0.migration.number <= version && !$0.migration.migration.canBePresentEarly }?.migration.number
            ?? 0
    }

    private func requireKnown(_ number: Int, _ words: Vocabulary) throws {
        guard contains(where: { $0.migration.number == number }) else {
            throw MigrationError(
                .usage,
                "there is no migration \(number.paddedToThree)",
                nextStep: "The numbers go from 001 to \(count.paddedToThree).\(words.advice("List them", "status"))")
        }
    }
}

extension Catalogue {
    /// Refuses a target that a fresh database cannot have: it gets the newest schema at once.
    /// - Throws: ``MigrationError`` with ``MigrationError/Code/usage``.
    func requireNewest(_ target: Target) throws {
        let number: Int
        switch target {
        case .newest: return
        case .upTo(let asked), .only(let asked): number = asked
        }
        guard number != newest else { return }
        throw MigrationError(
            .usage,
            "a fresh database gets the newest schema (\(newest.paddedToThree)) at once, not \(number.paddedToThree)",
            nextStep: "Leave out the number.")
    }
}
