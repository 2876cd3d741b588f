import Migrations

extension PostgresConnection {
    /// The sequence of a table that another one can take the place of, see ``sequencesOfPlainTables(among:)``.
    /// - Returns: `nil` where the table has to stay the same object.
    func sequenceOfReplaceable(_ rebuild: TableRebuild) throws -> String? {
        let table = rebuild.table
        guard let id = rebuild.idColumn, let sequence = table.column(id)?.sequence, table.primaryKeyName != nil,
            table.columns.filter(\.isPrimaryKey).map(\.name) == [id],
            rebuild.keptColumns.isEmpty, rebuild.keptIndexes.isEmpty, rebuild.keptConstraints.isEmpty,
            try sequencesOfPlainTables(among: [table.name])[table.name] == sequence
        else { return nil }
        return sequence
    }

    /// The tables that are nothing but their columns, keys and indexes, each with its sequence. Nothing would be lost with
    /// one: all that depends on it is made anew or put back by a rebuild, and it has no properties but those of every new
    /// table.
    ///
    /// What is not known to be harmless counts as something to lose.
    func sequencesOfPlainTables(among tables: [String]) throws -> [String: String] {
        guard !tables.isEmpty else { return [:] }
        let rows = try query(
            """
            SELECT c.relname, s.relname
            FROM pg_class AS c
            JOIN pg_depend AS o ON o.refclassid = 'pg_class'::regclass AND o.refobjid = c.oid AND o.deptype = 'a'
                AND o.classid = 'pg_class'::regclass
            JOIN pg_class AS s ON s.oid = o.objid AND s.relkind = 'S'
            WHERE c.relnamespace = quote_ident(current_schema())::regnamespace
                AND s.relnamespace = c.relnamespace AND c.relname IN (\(tables.map(\.quotedLiteral).joined(separator: ", ")))
                AND \(Self.isOrdinary) AND \(Self.hasOrdinaryColumns) AND \(Self.isAlone) AND NOT \(Self.isDescribed)
                AND NOT EXISTS (SELECT FROM pg_event_trigger WHERE evtenabled <> 'D')
                AND NOT EXISTS (SELECT FROM pg_publication)
                AND NOT EXISTS (SELECT FROM pg_subscription_rel WHERE srrelid = c.oid)
                AND NOT EXISTS (SELECT FROM pg_class WHERE relnamespace = c.relnamespace
                    AND relname = (\(TableRebuild.stagingTable(for: "").quotedLiteral) || c.relname)::name)
            """)
        return try rows.reduce(into: [:]) { $0[try $1.text(0)] = try $1.text(1) }
    }

    /// A new table would have the same owner, privileges and properties.
    private static let isOrdinary = """
        (c.relkind = 'r' AND c.relpersistence = 'p' AND c.reltablespace = 0 AND c.reloptions IS NULL
            AND c.relam = (SELECT oid FROM pg_am WHERE amname = current_setting('default_table_access_method'))
            AND current_setting('default_tablespace') = '' AND c.relreplident = 'd' AND c.reloftype = 0
            AND NOT c.relrowsecurity AND NOT c.relforcerowsecurity
            AND c.relacl IS NULL AND pg_get_userbyid(c.relowner) = current_user
            AND NOT EXISTS (SELECT FROM pg_default_acl WHERE pg_get_userbyid(defaclrole) = current_user)
            AND (SELECT reloptions FROM pg_class WHERE oid = c.reltoastrelid) IS NULL
            AND (SELECT typacl FROM pg_type WHERE oid = c.reltype) IS NULL
            AND NOT EXISTS (SELECT FROM pg_index AS i JOIN pg_class AS x ON x.oid = i.indexrelid WHERE i.indrelid = c.oid
                AND (i.indisclustered OR i.indisreplident OR x.reltablespace <> 0 OR x.reloptions IS NOT NULL
                    OR i.indisprimary AND i.indnatts > 1)))
        """

    /// A new table's columns would have the same properties. What PostgreSQL 13 does not have yet is looked up by its name.
    private static let hasOrdinaryColumns = """
        NOT EXISTS (SELECT FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND (
                a.attacl IS NOT NULL OR a.attoptions IS NOT NULL OR coalesce(a.attstattarget, -1) <> -1
                OR a.attidentity <> '' OR a.attgenerated <> '' OR a.attinhcount > 0 OR a.attcollation <> t.typcollation
                OR a.attstorage <> t.typstorage OR coalesce(to_jsonb(a) ->> 'attcompression', '') <> ''))
        """

    /// Nothing depends on the table or its row type but what a rebuild makes anew or puts back, and it belongs to no extension.
    private static let isAlone = """
        NOT EXISTS (SELECT FROM pg_depend AS d
            WHERE (d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid AND NOT (
                    d.classid = 'pg_class'::regclass AND d.objid IN (
                        SELECT s.oid UNION ALL SELECT c.reltoastrelid
                        UNION ALL SELECT indexrelid FROM pg_index WHERE indrelid = c.oid)
                    OR d.classid = 'pg_type'::regclass AND d.objid = c.reltype
                    OR d.classid = 'pg_attrdef'::regclass AND d.objid IN (SELECT oid FROM pg_attrdef WHERE adrelid = c.oid)
                    OR d.classid = 'pg_constraint'::regclass
                        AND d.objid IN (
                        SELECT oid FROM pg_constraint WHERE contype = 'f' OR contype IN ('p', 'u', 'n') AND NOT condeferrable)))
                OR (d.refclassid = 'pg_type'::regclass AND d.refobjid IN (
                        SELECT c.reltype UNION ALL SELECT typarray FROM pg_type WHERE oid = c.reltype)
                    AND NOT (d.classid = 'pg_type'::regclass
                        AND d.objid = (SELECT typarray FROM pg_type WHERE oid = c.reltype)))
                OR (d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('e', 'x')))
        """

    /// The table, a column, a constraint, an index, a default or its row type has a comment or a security label.
    private static let isDescribed = """
        EXISTS (
            SELECT FROM (
                SELECT classoid, objoid FROM pg_description UNION ALL SELECT classoid, objoid FROM pg_seclabel
            ) AS about (class, object)
            WHERE about.class = 'pg_class'::regclass AND (about.object = c.oid
                    OR about.object IN (SELECT indexrelid FROM pg_index WHERE indrelid = c.oid))
                OR about.class = 'pg_constraint'::regclass
                    AND about.object IN (SELECT oid FROM pg_constraint WHERE conrelid = c.oid)
                OR about.class = 'pg_type'::regclass AND about.object = c.reltype)
        """
}
