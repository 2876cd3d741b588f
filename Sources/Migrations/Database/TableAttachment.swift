/// An index, a constraint or statistics that are silently dropped with a column that they name.
public struct TableAttachment: Sendable, Hashable {
    /// The table.
    public var table: String
    /// The name, by which the schema may know it.
    public var name: String
    /// The table's columns that it names.
    public var columns: [String]
    /// What it is, where, and its definition: `index own on file: CREATE INDEX …`.
    public var description: String

    /// Creates a description.
    public init(table: String, name: String, columns: [String], description: String) {
        self.table = table
        self.name = name
        self.columns = columns
        self.description = description
    }
}
