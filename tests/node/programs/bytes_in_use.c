/* Returns the bytes that malloc() has allocated in place of the process priority: Node has a function for the latter only. */
#include <malloc.h>
#include <sys/resource.h>

int getpriority(__priority_which_t which, id_t who) {
    (void)which;
    (void)who;
    struct mallinfo2 told = mallinfo2();
    return (int)(told.uordblks + told.hblkhd);
}
