"""Salesforce Service Cloud: the Case object, by field names or by the labels of a report."""

from typing import Final

from servqual.readers.files.vendors.vendor import Vendor

SALESFORCE: Final = Vendor(
    name="salesforce",
    title="Salesforce Service Cloud",
    documentation="https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/"
    "sforce_api_objects_case.htm",
    checked="field names checked against the documentation of the object, labels against public lists and reports",
    columns={
        "CaseNumber": "case_id",
        "Case Number": "case_id",
        "Id": "case_id",
        "CreatedDate": "received_at",
        "Date/Time Opened": "received_at",
        "Opened Date": "received_at",
        "ClosedDate": "closed_at",
        "Date/Time Closed": "closed_at",
        "Closed Date": "closed_at",
        "SlaExitDate": "due_at",
        "LastModifiedDate": "updated_at",
        "Case Last Modified Date": "updated_at",
        "Last Modified Date": "updated_at",
        "ContactId": "customer_id",
        "Contact Name": "customer_id",
        "AccountId": "customer_id",
        "Account Name": "customer_id",
        "OwnerId": "agent",
        "Case Owner": "agent",
        "Case Owner: Full Name": "agent",
        "Case Owner Alias": "agent",
        "Type": "category",
        "Reason": "cause",
        "Case Reason": "cause",
        "Priority": "priority",
        "Origin": "channel",
        "Case Origin": "channel",
        "Status": "status",
        "IsEscalated": "escalated",
        "Escalated": "escalated",
    },
    others="AssetId | BusinessHoursId | Comments | ContactEmail | ContactFax | ContactMobile | ContactPhone "
    "| CreatedById | Description | EntitlementId | FeedItemId | IsClosed | Closed | IsClosedOnCreate | IsDeleted "
    "| IsSelfServiceClosed | IsStopped | IsVisibleInSelfService | Language | LastModifiedById | LastReferencedDate "
    "| LastViewedDate | MasterRecordId | MilestoneStatus | ParentId | ProductId | QuestionId | RecordTypeId "
    "| ServiceContractId | SlaStartDate | SourceId | StopStartDate | Subject | SuppliedCompany | SuppliedEmail "
    "| SuppliedName | SuppliedPhone | SystemModstamp | Age | Age (Hours) | Case Record Type | Open",
)
