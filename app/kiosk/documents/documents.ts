import noticeEn from '../../../signage/notice/en/1.md?raw';
import noticeZh from '../../../signage/notice/zh-Hans/1.md?raw';
import policyEn from '../../../signage/policy/en/1.md?raw';
import policyZh from '../../../signage/policy/zh-Hans/1.md?raw';
import type { DocumentName, Language } from '../../contract/kioskView.ts';

/** What people read at the door, in the version in force. */
export const DOCUMENTS: Readonly<Record<DocumentName, Readonly<Record<Language, string>>>> = {
  notice: { 'zh-Hans': noticeZh, en: noticeEn },
  policy: { 'zh-Hans': policyZh, en: policyEn },
};
