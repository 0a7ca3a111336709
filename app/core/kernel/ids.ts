/** A random name for a data subject that says nothing about the person: 32 lower-case hex digits. */
export type Pseudonym = string & { readonly id: 'pseudonym' };
export type ConsentId = string & { readonly id: 'consent' };
export type CredentialId = string & { readonly id: 'credential' };
export type PassId = string & { readonly id: 'pass' };
export type TemplateId = string & { readonly id: 'template' };
export type AccessPointId = string & { readonly id: 'access point' };
export type AccessLevelId = string & { readonly id: 'access level' };
export type ScheduleId = string & { readonly id: 'schedule' };
/** A place that people are in or out of, for anti-passback. */
export type AreaId = string & { readonly id: 'area' };
export type ReaderId = string & { readonly id: 'reader' };
export type DoorId = string & { readonly id: 'door' };
/** Position in the journal: 1, 2, 3, … without gaps. */
export type JournalId = number & { readonly id: 'journal' };
