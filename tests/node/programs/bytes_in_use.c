/* Tells what malloc() has given out, in the place of a process's priority: Node has no function for the one, and one for the other. */
#include <malloc.h>
#include <sys/resource.h>

int getpriority(__priority_which_t which, id_t who) {
    (void)which;
    (void)who;
    struct mallinfo2 told = mallinfo2();
    return (int)(told.uordblks + told.hblkhd);
}
