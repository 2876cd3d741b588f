import Migrations

extension PostgresConnection {
    /// The sequence of a table that a rebuild may put another one in the place of, see ``readReplaceability(of:isFilled:)``.
    /// - Parameter isFilled: Whether the new table is there already. Then the table is looked at once more, as no lock
    ///   prevents a privilege or a comment.
    /// - Returns: `nil` where the table has to stay the same object.
    func sequenceOfReplaceable(_ rebuild: TableRebuild, isFilled: Bool = false) throws -> String? {
        guard let id = rebuild.idColumn, rebuild.table.column(id)?.isPrimaryKey == true, rebuild.keptColumns.isEmpty,
            rebuild.keptIndexes.isEmpty,
            rebuild.keptConstraints.isEmpty
        else { return nil }
        let name = rebuild.table.name
        if isFilled { return try sequence(of: rebuild.table, in: readReplaceability(of: name, isFilled: true)) }
        // All at once, because each look is slow.
        if replaceability[name] == nil { replaceability = try readReplaceability() }
        guard let sequence = sequence(of: rebuild.table, in: replaceability) else { return nil }
        // Another session may have taken the name since.
        return try query(Self.tablesWithoutName(among: regclass(name))).isEmpty ? sequence : nil
    }

    /// The sequence of a table that may be replaced.
    func sequence(of table: Schema.Table, in replaceability: [String: [String]]) -> String? {
        guard let sequence = table.sequenceOfPlainKey, replaceability[table.name] == [sequence] else { return nil }
        return sequence
    }

    /// The tables of the current schema, each with its sequences where it is nothing but its columns, key and indexes. Nothing
    /// would be lost with such a one: all that depends on it is made anew or put back by a rebuild, and it has no properties
    /// but those of every new table.
    ///
    /// What is not known to be harmless counts as something to lose: such a table has no sequences here.
    /// - Parameters:
    ///   - name: The one to look at; all of them by default.
    ///   - isFilled: Whether the new table is there already.
    func readReplaceability(of name: String? = nil, isFilled: Bool = false) throws -> [String: [String]] {
        let tables = try query(
            """
            SELECT oid, relname, \(Self.isOrdinary) FROM pg_class
            WHERE relnamespace = quote_ident(current_schema())::regnamespace
                AND \(name.map { "relname = \($0.quotedLiteral)" } ?? "relkind IN ('r', 'p')")
            """)
        let ordinary = tables.filter { $0[2].boolean == true }
        var replaceable = try tables.reduce(into: [String: [String]]()) { try $0[$1.text(1)] = [] }
        guard !ordinary.isEmpty else { return replaceable }
        let these = Self.anyOf(ordinary.map { $0[0] })
        // Planned one by one, these take a tenth of the time that one query would.
        let names = isFilled ? [] : [Self.tablesWithoutName(among: these)]
        var answers = try rows(ofEach: [Self.sequences(of: these)] + Self.tablesToKeep(among: these) + names)
        let owned = Dictionary(grouping: answers.removeFirst()) { $0[0] }
        let kept = Set(answers.joined().map { $0[0] })
        for table in ordinary where !kept.contains(table[0]) {
            replaceable[try table.text(1)] = owned[table[0], default: []].compactMap { $0[1].text }
        }
        return replaceable
    }

    /// A new table would have the same owner, privileges and properties, and nothing in the database knows tables by their
    /// numbers, is labelled, or has its rows from another server.
    private static let isOrdinary = """
        relkind = 'r' AND relpersistence = 'p' AND relreplident = 'd' AND reloftype = 0 AND relacl IS NULL AND reloptions IS NULL
        AND NOT relrowsecurity AND NOT relforcerowsecurity AND pg_get_userbyid(relowner) = current_user
        AND reltablespace = 0 AND current_setting('default_tablespace') = ''
        AND relam = (SELECT oid FROM pg_am WHERE amname = current_setting('default_table_access_method'))
        AND NOT EXISTS (SELECT FROM pg_default_acl WHERE pg_get_userbyid(defaclrole) = current_user)
        AND NOT EXISTS (SELECT FROM pg_event_trigger WHERE evtenabled <> 'D')
        AND NOT EXISTS (SELECT FROM pg_publication) AND NOT EXISTS (SELECT FROM pg_subscription_rel)
        AND NOT EXISTS (SELECT FROM pg_seclabel)
        AND NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_type = 'logical' AND database = current_database())
        AND NOT EXISTS (SELECT FROM pg_attribute AS a JOIN pg_class AS u ON u.oid = a.attrelid AND u.relkind IN ('r', 'p', 'm')
            WHERE a.atttypid IN ('oid'::regtype, 'oid[]'::regtype, 'regclass'::regtype, 'regclass[]'::regtype,
                    'regtype'::regtype, 'regtype[]'::regtype)
                AND a.attnum > 0 AND NOT a.attisdropped AND a.attrelid >= 16384)
        """

    /// A query for the sequences of this schema that belong to columns of some tables.
    private static func sequences(of these: String) -> String {
        """
        SELECT d.refobjid, s.relname FROM pg_depend AS d
        JOIN pg_class AS s ON s.oid = d.objid AND s.relkind = 'S'
            AND s.relnamespace = quote_ident(current_schema())::regnamespace
        WHERE d.classid = 'pg_class'::regclass AND d.deptype = 'a' AND d.refclassid = 'pg_class'::regclass AND d.refobjid = \(these)
        """
    }

    /// Queries for those of some tables that have something to lose, each for another kind of it.
    private static func tablesToKeep(among these: String) -> [String] {
        [
            // A column has properties that a new one would not have. PostgreSQL 13 does not know attcompression.
            """
            SELECT a.attrelid FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid
            WHERE a.attrelid = \(these) AND (a.attacl IS NOT NULL OR a.attnum > 0 AND (
                a.attoptions IS NOT NULL OR coalesce(a.attstattarget, -1) <> -1
                OR a.attidentity <> '' OR a.attgenerated <> '' OR a.attinhcount > 0 OR a.attcollation <> t.typcollation
                OR a.attstorage <> t.typstorage OR coalesce(to_jsonb(a) ->> 'attcompression', '') <> ''))
            """,
            // So has an index.
            """
            SELECT i.indrelid FROM pg_index AS i JOIN pg_class AS x ON x.oid = i.indexrelid
            WHERE i.indrelid = \(these) AND (i.indisclustered OR i.indisreplident OR i.indisprimary AND i.indnatts > 1
                OR x.reltablespace <> 0 OR x.reloptions IS NOT NULL
                OR EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = x.oid
                    AND refclassid = 'pg_extension'::regclass))
            """,
            // So has what stores values that are too long.
            """
            SELECT c.oid FROM pg_class AS c JOIN pg_class AS t ON t.oid = c.reltoastrelid
            WHERE c.oid = \(these) AND t.reloptions IS NOT NULL
            """,
            // Something depends on the table that is not made anew or put back: its keys, indexes, defaults and sequence are.
            """
            SELECT d.refobjid FROM pg_depend AS d WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = \(these)
            AND CASE d.classid
                WHEN 'pg_class'::regclass THEN
                    NOT EXISTS (SELECT FROM pg_class WHERE oid = d.objid AND relkind IN ('t', 'S'))
                    AND NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = d.objid AND indrelid = d.refobjid)
                WHEN 'pg_type'::regclass THEN
                    NOT EXISTS (SELECT FROM pg_type WHERE oid = d.objid AND typrelid = d.refobjid)
                WHEN 'pg_attrdef'::regclass THEN
                    NOT EXISTS (SELECT FROM pg_attrdef WHERE oid = d.objid AND adrelid = d.refobjid)
                WHEN 'pg_constraint'::regclass THEN
                    NOT EXISTS (SELECT FROM pg_constraint WHERE oid = d.objid AND (contype = 'f'
                        OR conrelid = d.refobjid AND contype IN ('p', 'u') AND NOT condeferrable
                        OR conrelid = d.refobjid AND contype = 'n' AND NOT connoinherit
                            AND right(conname, 9) = '_not_null'))
                ELSE true END
            """,
            // Something depends on its row type, or the type has privileges.
            """
            SELECT t.typrelid FROM pg_type AS t WHERE t.typrelid = \(these) AND (t.typacl IS NOT NULL OR EXISTS (
                SELECT FROM pg_depend AS d
                WHERE d.refclassid = 'pg_type'::regclass AND d.refobjid = ANY (ARRAY[t.oid, t.typarray])
                    AND NOT (d.classid = 'pg_type'::regclass AND d.objid = t.typarray)))
            """,
            // It belongs to an extension.
            """
            SELECT objid FROM pg_depend
            WHERE classid = 'pg_class'::regclass AND objid = \(these) AND refclassid = 'pg_extension'::regclass
            """,
            // It or a part of it has a comment.
            "SELECT objoid FROM pg_description WHERE classoid = 'pg_class'::regclass AND objoid = \(these)",
            """
            SELECT i.indrelid FROM pg_index AS i JOIN pg_description AS l ON l.objoid = i.indexrelid
            WHERE i.indrelid = \(these) AND l.classoid = 'pg_class'::regclass
            """,
            """
            SELECT o.conrelid FROM pg_constraint AS o JOIN pg_description AS l ON l.objoid = o.oid
            WHERE o.conrelid = \(these) AND l.classoid = 'pg_constraint'::regclass
            """,
            """
            SELECT t.typrelid FROM pg_type AS t JOIN pg_description AS l ON l.objoid = t.oid
            WHERE t.typrelid = \(these) AND l.classoid = 'pg_type'::regclass
            """,
        ]
    }

    /// A query for those of some tables whose new table would find its name, or that of its row type, taken.
    private static func tablesWithoutName(among these: String) -> String {
        let name = "(\(TableRebuild.stagingTable(for: "").quotedLiteral) || c.relname)::name"
        return """
            SELECT c.oid FROM pg_class AS c WHERE c.oid = \(these) AND (
                EXISTS (SELECT FROM pg_class WHERE relnamespace = c.relnamespace AND relname = \(name))
                OR EXISTS (SELECT FROM pg_type WHERE typnamespace = c.relnamespace AND typname = \(name)))
            """
    }
}

extension Schema.Table {
    /// The sequence of its primary key, if that is one column, and its indexes are of columns alone.
    fileprivate var sequenceOfPlainKey: String? {
        let key = columns.filter(\.isPrimaryKey)
        guard primaryKeyName != nil, key.count == 1,
            indexes.allSatisfy({ $0.isPlain && !$0.isPartial && $0.columns != nil })
        else { return nil }
        return key[0].sequence
    }
}
