/// What a migration did with one table's rows.
public struct TableReport: Sendable, Hashable {
    /// The table.
    public var table: String
    /// Rows before.
    public var rowsIn: Int64 = 0
    /// Rows that came from another table or from quarantine.
    public var merged: Int64 = 0
    /// Additional copies of rows.
    public var copied: Int64 = 0
    /// Rows that were quarantined.
    public var quarantined: Int64 = 0
    /// Rows that were moved to another table.
    public var moved: Int64 = 0
    /// Rows after.
    public var rowsOut: Int64 = 0

    /// A checksum over the columns that must not change, of the rows that were kept, equal before and after.
    public var checksum: String?

    /// Rows of the table itself that it still has afterwards.
    public var kept: Int64 { rowsIn - quarantined - moved }

    /// Creates an empty report.
    public init(table: String) {
        self.table = table
    }

    /// Whether every row is accounted for: `in + merged + copied = out + quarantined + moved`.
    public var isConserved: Bool {
        rowsIn + merged + copied == rowsOut + quarantined + moved
    }
}
