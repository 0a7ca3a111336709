/* The handles that are out, and who has a camera in their hands while it is taken away. */
#ifndef LINTEL_CAMERA_TABLE_H
#define LINTEL_CAMERA_TABLE_H

struct camera;

/* Gives a camera its handle. BUSY or STUCK where another handle has a camera of this id, LIMIT where the table is full. */
int table_add(struct camera *camera);
/* The camera of a handle, which stays until it is let go; NULL where the handle means none. */
struct camera *table_hold(int handle);
void table_let(struct camera *camera);
/* A camera that was closed and that nobody settled, claimed by this call; NULL where there is none. */
struct camera *table_claim_late(void);
/* Returns when nobody holds the camera, and nobody can hold it again. */
void table_remove(struct camera *camera);

#endif
