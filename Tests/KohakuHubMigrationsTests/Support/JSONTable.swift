/// One table in a file of `Fixtures/Schemas`.
struct JSONTable: Decodable {
    var columns: [Column]
    var indexes: [Index]
    var foreign_keys: [ForeignKey]
    var autoincrement: Bool?
    var primary_key: [String]?

    struct Column: Decodable {
        var name: String
        var type: String
        var null: Bool
        var `default`: String?
        var pk: Bool
    }

    struct Index: Decodable {
        var name: String
        var columns: [String]
        var unique: Bool
    }

    struct ForeignKey: Decodable {
        var name: String?
        var columns: [String]
        var ref: String
        var ref_columns: [String]
        var on_delete: String
    }
}
