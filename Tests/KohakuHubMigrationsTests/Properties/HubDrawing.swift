import Migrations

/// Draws a hub by a seed.
struct HubDrawing {
    var random: SeededGenerator
    let shape: HubShape
    /// Whether values and rows are drawn that only SQLite can hold.
    let onlySQLite: Bool
    private(set) var rows: [SmallHub.Row] = []
    private var taken: Set<[[UInt8]]> = []
    private var nextIDs: [String: Int64] = [:]

    init(seed: UInt64, shape: HubShape, onlySQLite: Bool) {
        random = SeededGenerator(seed: seed)
        self.shape = shape
        self.onlySQLite = onlySQLite
    }

    /// The values of a column that were drawn already.
    func values(_ column: String, of table: String) -> [DatabaseValue] {
        rows.filter { $0.table == table }.compactMap { $0.values[column] }
    }

    /// Adds a row, unless a unique index would refuse it.
    /// - Parameter unique: The columns of each unique index.
    mutating func add(_ table: String, id: Int64? = nil, unique: [[String]] = [], _ values: [String: DatabaseValue]) {
        guard shape.has(table: table) else { return }
        var values = values.filter { shape.has(column: $0.key) }
        // Ids with gaps.
        let id = id ?? nextIDs[table, default: 0] + random.pick([1, 1, 1, 2, 7])
        values["id"] = .integer(id)
        let keys = ([["id"]] + unique).map { columns in
            [Array(table.utf8), Array(columns.description.utf8)]
                + columns.map { Array("\(values[$0] ?? .null)".utf8) }
        }
        guard taken.isDisjoint(with: keys) else { return }
        taken.formUnion(keys)
        nextIDs[table] = max(id, nextIDs[table, default: 0])
        rows.append(SmallHub.Row(table: table, values: values))
    }

    mutating func time() -> DatabaseValue { .text(Moment.draw(&random, anyText: onlySQLite)) }

    mutating func maybe(_ value: DatabaseValue) -> DatabaseValue { random.once(in: 2) ? value : .null }

    mutating func size() -> DatabaseValue {
        onlySQLite && random.once(in: 4)
            ? .integer(random.pick(Pools.largeSizes)) : .integer(Int64.random(in: 0...9, using: &random))
    }

    /// Bytes used, in a column of 64 bits.
    mutating func counter() -> DatabaseValue {
        if shape.allowsUncounted, random.once(in: 3) { return .null }
        return .integer(random.pick([0, 7] + Pools.largeSizes))
    }

    mutating func reference() -> DatabaseValue { .integer(random.pick(Pools.userReferences)) }

    mutating func boolean() -> DatabaseValue { .boolean(random.once(in: 2)) }
}

extension SmallHub {
    /// The hub of a seed.
    /// - Parameter onlySQLite: Whether it may have what PostgreSQL cannot hold.
    init(seed: UInt64, shape: HubShape, onlySQLite: Bool = false) {
        var drawing = HubDrawing(seed: seed, shape: shape, onlySQLite: onlySQLite)
        drawing.drawAccounts()
        drawing.drawRepositories()
        drawing.drawInvitations()
        drawing.drawMemberships()
        self.init(shape: shape, rows: drawing.rows)
    }
}
