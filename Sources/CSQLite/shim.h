#include <sqlite3.h>

/// `sqlite3_db_config` for the options that take a switch: Swift cannot call functions with `...`.
static inline int sqlite3_db_config_switch(sqlite3 *database, int option, int isOn) {
    return sqlite3_db_config(database, option, isOn, (int *)0);
}
