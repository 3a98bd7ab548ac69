/*
 * The peer of the SNMP bench: a module for net-snmp's snmpd that serves one table as its own
 * documentation proposes, a container of rows found by index.
 *
 * SNMP_BENCH_VALUES names a file of lines `COLUMN ADDRESS LOAD TAG VALUE`, sorted by row.
 */
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>

#define COLUMNS 128

struct cell {
    int tag;
    long long value;
};

struct row {
    netsnmp_index index;
    oid arcs[2];
    struct cell cells[COLUMNS];
};

static oid table_oid[] = {1, 3, 6, 1, 4, 1, 4555, 10, 20, 20};
static unsigned first_column = ~0u, last_column;

static void put(netsnmp_variable_list *varbind, const struct cell *cell)
{
    if (cell->tag == ASN_COUNTER64) {
        struct counter64 wide = {(u_long)(cell->value >> 32), (u_long)(cell->value & 0xffffffff)};
        snmp_set_var_typed_value(varbind, ASN_COUNTER64, &wide, sizeof wide);
    } else if (cell->tag == ASN_INTEGER) {
        snmp_set_var_typed_integer(varbind, ASN_INTEGER, (long)cell->value);
    } else {
        u_long value = (u_long)cell->value;
        snmp_set_var_typed_value(varbind, cell->tag, &value, sizeof value);
    }
}

static int handler(netsnmp_mib_handler *handler, netsnmp_handler_registration *registration,
                   netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
    (void)handler, (void)registration;
    if (info->mode != MODE_GET)
        return SNMP_ERR_NOERROR;
    for (netsnmp_request_info *request = requests; request; request = request->next) {
        if (request->processed)
            continue;
        struct row *row = netsnmp_container_table_extract_context(request);
        netsnmp_table_request_info *table = netsnmp_extract_table_info(request);
        if (!row || !table || table->colnum < first_column || table->colnum > last_column) {
            netsnmp_set_request_error(info, request, SNMP_NOSUCHINSTANCE);
            continue;
        }
        put(request->requestvb, &row->cells[table->colnum - first_column]);
    }
    return SNMP_ERR_NOERROR;
}

static netsnmp_container *read_values(void)
{
    netsnmp_container *container = netsnmp_container_find("bench:table_container");
    FILE *file = fopen(getenv("SNMP_BENCH_VALUES"), "r");
    unsigned column, address, load;
    int tag;
    long long value;
    struct row *row = NULL;

    while (file && fscanf(file, "%u %u %u %d %lld", &column, &address, &load, &tag, &value) == 5) {
        if (!row || row->arcs[0] != address || row->arcs[1] != load) {
            row = calloc(1, sizeof *row);
            row->arcs[0] = address, row->arcs[1] = load;
            row->index.oids = row->arcs, row->index.len = 2;
            CONTAINER_INSERT(container, row);
        }
        if (column < first_column)
            first_column = column;
        if (column > last_column)
            last_column = column;
        row->cells[column - first_column] = (struct cell){tag, value};
    }
    if (file)
        fclose(file);
    return container;
}

void init_snmp_module(void);

void init_snmp_module(void)
{
    netsnmp_container *container = read_values();
    netsnmp_table_registration_info *table = SNMP_MALLOC_TYPEDEF(netsnmp_table_registration_info);
    netsnmp_handler_registration *registration = netsnmp_create_handler_registration(
        "bench", handler, table_oid, OID_LENGTH(table_oid), HANDLER_CAN_RONLY);

    netsnmp_table_helper_add_indexes(table, ASN_UNSIGNED, ASN_UNSIGNED, 0);
    table->min_column = first_column;
    table->max_column = last_column;
    netsnmp_container_table_register(registration, table, container,
                                     TABLE_CONTAINER_KEY_NETSNMP_INDEX);
}
