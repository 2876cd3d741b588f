// Debian has the header in a folder of its own. pkg-config knows it too, but would have libpq linked.
#if __has_include(<postgresql/libpq-fe.h>)
#include <postgresql/libpq-fe.h>
#else
#include <libpq-fe.h>
#endif

#include <dlfcn.h>

/// Names every function of libpq that is used.
#define LIBPQ_FUNCTIONS(each) \
    each(PQbackendPID) each(PQcancel) each(PQclear) each(PQcmdTuples) each(PQconnectPoll) each(PQconnectStartParams) \
    each(PQconnectdbParams) each(PQconsumeInput) each(PQdb) each(PQerrorMessage) each(PQfinish) each(PQfreeCancel) \
    each(PQftype) each(PQgetCancel) each(PQgetResult) each(PQgetisnull) each(PQgetvalue) each(PQhost) each(PQisBusy) \
    each(PQlibVersion) each(PQnfields) each(PQntuples) each(PQpingParams) each(PQport) each(PQresultErrorField) \
    each(PQresultStatus) each(PQsendQuery) each(PQsendQueryParams) each(PQserverVersion) each(PQsetNoticeReceiver) \
    each(PQsetSingleRowMode) each(PQsocket) each(PQstatus) each(PQtransactionStatus)

/// The functions of a loaded libpq, with the types that its header gives them.
struct LibPQ {
#define LIBPQ_FIELD(function) __typeof__(function) *function;
    LIBPQ_FUNCTIONS(LIBPQ_FIELD)
#undef LIBPQ_FIELD
};

/// Finds every function in a library that `dlopen` returned.
/// Returns the name of one that the library lacks, or NULL when all are there.
static inline const char *libpq_find_functions(void *library, struct LibPQ *functions) {
#define LIBPQ_FIND(function) \
    if (!(functions->function = (__typeof__(function) *)dlsym(library, #function))) return #function;
    LIBPQ_FUNCTIONS(LIBPQ_FIND)
#undef LIBPQ_FIND
    return (const char *)0;
}
