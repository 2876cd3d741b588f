/// The table of rows that violate the new constraints, each kept whole.
public struct Quarantine: Sendable, Hashable {
    /// The name of the table: the only one that the engine creates for itself, and only when a row is quarantined.
    public let table: String

    /// Names the table.
    public init(table: String = "migration_quarantine") {
        self.table = table
    }

    var createTable: String {
        """
        CREATE TABLE IF NOT EXISTS \(table.quotedIdentifier) (
            "id" {id},
            "migration" INTEGER NOT NULL,
            "source_table" TEXT NOT NULL,
            "source_id" {bigint},
            "reason" TEXT NOT NULL,
            "row_json" TEXT NOT NULL,
            "quarantined_at" {timestamp} NOT NULL
        )
        """
    }
}
