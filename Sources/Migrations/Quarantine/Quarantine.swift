/// The table of rows that violate the new constraints: kept whole, never dropped.
public enum Quarantine {
    /// The only table that the tool creates for itself, and only when a row is quarantined.
    public static let tableName = "kohaku_quarantine"

    static let createTable = """
        CREATE TABLE IF NOT EXISTS "kohaku_quarantine" (
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
